using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Replay;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Replay;

/// <summary>When something is asked for, or made known ahead of its first cycle, decides nothing.</summary>
public class AskingTests
{
    private static readonly DmaLoop _once = new(1, 0);
    private static readonly DramConfig _config = Scenario.Config("HBM3-6400", "row|rank|bank|column|bankgroup|pc|channel", channels: 4);
    private static readonly long _stripe = (long)_config.Device.AccessBytes * _config.Device.PseudoChannels * _config.Channels;

    [Fact]
    public void A_run_that_sends_before_the_cycle_that_an_earlier_one_had_asked_for_is_simulated_from_its_beginning()
    {
        var (system, memory) = Memory();
        void Read() => memory.Enqueue(Block(0, 400), new(2), 0);
        void Store(long cycle) => memory.Enqueue(new DmaBlock(1 << 22, 32, true, _once, _once), new(cycle), 1);

        Read();
        Assert.Null(memory.AdvanceToNextCompletion(new(300)));
        Store(300);
        var late = Drain(memory);
        memory.Restart(new(late[^1].Cycle));

        Read();
        Store(100);
        Assert.True(system.Now.Value <= 100);
        var early = Drain(memory);
        Assert.Equal(0, memory.Replayed);
        Assert.Equal(early, Alone(plain =>
        {
            plain.Enqueue(Block(0, 400).Descriptor(), new(2));
            plain.Enqueue(new DmaDescriptor(1 << 22, 32, true), new(100), 1);
        }));
        memory.Restart(new(early[^1].Cycle));

        // The same as the first run, and a little later: that is known.
        Read();
        Store(310);
        Assert.Equal(Alone(plain =>
        {
            plain.Enqueue(Block(0, 400).Descriptor(), new(2));
            plain.Enqueue(new DmaDescriptor(1 << 22, 32, true), new(310), 1);
        }), Drain(memory));
    }

    [Fact]
    public void What_completes_is_told_before_something_is_sent_that_an_earlier_run_had_sent_ahead()
    {
        var (_, memory) = Memory();
        memory.Enqueue(Block(0, 4), new(2), 0);
        memory.Enqueue(Block(64, 4), new(5_000), 0);
        var first = Drain(memory);
        memory.Restart(new(first[^1].Cycle));

        memory.Enqueue(Block(0, 4), new(2), 0);
        Assert.Equal((0, new Cycles(first[0].Cycle)), memory.AdvanceToNextCompletion(new(4_999)));
        Assert.Null(memory.AdvanceToNextCompletion(new(5_000)));
        memory.Enqueue(Block(64, 4), new(5_000), 0);
        Assert.Equal(first[1], Assert.Single(Drain(memory)));
    }

    [Fact]
    public void What_was_asked_for_in_vain_before_something_was_sent_says_nothing_of_that()
    {
        var (_, memory) = Memory();
        void Begin()
        {
            Assert.Null(memory.AdvanceToNextCompletion(new(1L << 40)));
            memory.Enqueue(Block(0, 4), new(2), 0);
        }

        Begin();
        memory.Enqueue(new DmaBlock(1 << 22, 32, true, _once, _once), new(3), 1);
        var first = Drain(memory);
        memory.Restart(new(first[^1].Cycle));
        Begin();
        Assert.Equal(Alone(plain => plain.Enqueue(Block(0, 4).Descriptor(), new(2))), Drain(memory));
    }

    [Theory]
    [InlineData(SimulationMode.Naive)]
    [InlineData(SimulationMode.Event)]
    [InlineData(SimulationMode.Memo)]
    [InlineData(SimulationMode.Reach)]
    public void A_first_transfer_of_a_port_changes_nothing_before_its_first_cycle(SimulationMode mode)
    {
        List<(int, long)> Run(long known)
        {
            var plain = new DramSystem(_config, mode);
            plain.Enqueue(Block(0, 60).Descriptor(), default, 0);
            plain.Enqueue(Block(8192, 60).Descriptor(), new(3), 1);
            plain.RunUntil(new(known));
            for (var port = 2; port < 5; port++)
            {
                plain.Enqueue(Block(port * 4096, 60).Descriptor(), new(201), port);
            }

            return Drain(plain);
        }

        var expected = Run(201);
        for (var known = 0; known < 200; known += 7)
        {
            Assert.Equal(expected, Run(known));
        }
    }

    [Theory]
    [InlineData(SimulationMode.Event)]
    [InlineData(SimulationMode.Memo)]
    [InlineData(SimulationMode.Reach)]
    public void A_request_that_waits_for_a_queue_of_one_is_not_passed_over_as_idle_time(SimulationMode mode)
    {
        var policy = new ControllerConfig { Page = PagePolicy.Closed, ReadQueue = 8, WriteQueue = 1, DrainHigh = 1, DrainLow = 0 };
        var config = _config with { Controller = policy };
        var store = new DmaDescriptor(0, 40 * _stripe, true);
        var (expected, actual) = (new DramSystem(config, SimulationMode.Naive), new DramSystem(config, mode));
        expected.Enqueue(store);
        actual.Enqueue(store);
        Assert.Equal(expected.AdvanceToNextCompletion(), actual.AdvanceToNextCompletion(new(1L << 40)));
    }

    [Theory]
    [InlineData(SimulationMode.Event)]
    [InlineData(SimulationMode.Reach)]
    public void A_report_does_not_change_when_the_memory_goes_on(SimulationMode mode)
    {
        var plain = new DramSystem(_config, mode);
        plain.Enqueue(Block(0, 10).Descriptor());
        var report = plain.Finish();
        plain.Enqueue(Block(0, 10).Descriptor(), plain.Now);
        var next = plain.Finish();
        Assert.Equal((10L, 20L), (report.CountersOf(0, 0)[Counter.Reads], next.CountersOf(0, 0)[Counter.Reads]));
    }

    private static (DramSystem System, ReplayedMemory Memory) Memory()
    {
        var system = new DramSystem(_config, SimulationMode.Reach, isRestarted: true) { ForgetsCompleted = true };
        var memory = new ReplayedMemory(system);
        memory.Begin();
        return (system, memory);
    }

    private static DmaBlock Block(long stripe, long stripes) => new(stripe * _stripe, stripes * _stripe, false, _once, _once);

    private static List<(int Transfer, long Cycle)> Alone(Action<DramSystem> send)
    {
        var plain = new DramSystem(_config, SimulationMode.Event, isRestarted: true);
        send(plain);
        return Drain(plain);
    }

    private static List<(int Transfer, long Cycle)> Drain(ReplayedMemory memory) => Drain(() => memory.AdvanceToNextCompletion(new(1L << 40)));

    private static List<(int Transfer, long Cycle)> Drain(DramSystem plain) => Drain(() => plain.AdvanceToNextCompletion(new(1L << 40)));

    private static List<(int Transfer, long Cycle)> Drain(Func<(int Transfer, Cycles Cycle)?> next)
    {
        var ends = new List<(int, long)>();
        while (next() is var (transfer, cycle))
        {
            ends.Add((transfer, cycle.Value));
        }

        return ends;
    }
}
