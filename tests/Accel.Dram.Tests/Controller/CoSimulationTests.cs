using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Controller;

/// <summary>The memory driven step by step, as a chip simulator does: transfers that depend on the completion of others, over several ports.</summary>
public class CoSimulationTests
{
    [Theory]
    [InlineData(SimulationMode.Naive, 1)]
    [InlineData(SimulationMode.Event, 1)]
    [InlineData(SimulationMode.Memo, 1)]
    [InlineData(SimulationMode.Memo, 2)]
    [InlineData(SimulationMode.Reach, 1)]
    [InlineData(SimulationMode.Reach, 2)]
    public void Transfers_added_as_time_goes_by_end_as_if_known_from_the_start(SimulationMode mode, int threads)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var config = seed % 2 == 0 ? Scenario.Config("HBM2-2000", channels: 2) : Scenario.Config("DDR4-3200", channels: 4);
            var (stepped, starts, ends) = Drive(config, mode, threads, seed);
            var whole = new DramSystem(config, SimulationMode.Event);
            foreach (var (descriptor, port, start) in starts)
            {
                whole.Enqueue(descriptor, new Cycles(start), port);
            }

            var report = whole.Finish();
            for (var i = 0; i < ends.Count; i++)
            {
                Assert.Equal(whole.Completion(i)!.Value.Value, ends[i]);
            }

            Assert.Equal(report.Total.Sums, stepped.Total.Sums);
            Assert.Equal(report.Cycles, stepped.Cycles);
        }
    }

    [Fact]
    public void Completions_are_reported_in_order_of_time_and_never_late()
    {
        var system = new DramSystem(Scenario.Config("HBM3-6400", channels: 4));
        for (var i = 0; i < 40; i++)
        {
            system.Enqueue(new DmaDescriptor(i * 65536L, 100 + i * 977, i % 5 == 0), new Cycles(i * 50), i % 4);
        }

        var last = -1L;
        var seen = new HashSet<int>();
        while (system.AdvanceToNextCompletion() is var (transfer, cycle))
        {
            Assert.True(cycle.Value >= last && system.Now <= cycle, $"{transfer} at {cycle}, now {system.Now}");
            Assert.True(seen.Add(transfer));
            last = cycle.Value;
        }

        Assert.Equal(40, seen.Count);
        Assert.Equal(last, system.Finish().Cycles.Value);
    }

    [Theory]
    [InlineData(SimulationMode.Naive)]
    [InlineData(SimulationMode.Event)]
    [InlineData(SimulationMode.Memo)]
    [InlineData(SimulationMode.Reach)]
    public void A_transfer_does_not_wait_in_channels_where_it_has_nothing_to_do(SimulationMode mode)
    {
        // Channels lie in blocks of 4 KiB: the long transfer keeps channel 0 busy, the short one behind it goes to channel 1 alone.
        var system = new DramSystem(Scenario.Config("DDR4-3200", "row|rank|bank|bankgroup|channel|column", channels: 2), mode);
        system.Enqueue(new DmaDescriptor(0, 4096, false, new DmaLoop(8, 1 << 20)));
        var brief = system.Enqueue(new DmaDescriptor(8192, 64));
        var (first, cycle) = system.AdvanceToNextCompletion()!.Value;
        Assert.Equal((brief, 22 + 22 + 4), (first, (int)cycle.Value));
        Assert.True(system.Now <= cycle);
    }

    [Fact]
    public void Waiting_for_a_long_transfer_uses_the_memo()
    {
        var system = new DramSystem(Scenario.Config("DDR4-3200"));
        var transfer = system.Enqueue(new DmaDescriptor(0, 4L << 30));
        var done = system.AdvanceUntil(transfer);
        Assert.True(system.Now <= done);
        Assert.InRange(system.Remembered.States, 2, 2000);
        var next = system.Enqueue(new DmaDescriptor(4L << 30, 64), done);
        Assert.InRange(system.AdvanceUntil(next).Value, done.Value + 48, done.Value + 700);

        var reference = new DramSystem(Scenario.Config("DDR4-3200"), SimulationMode.Event);
        Assert.Equal(done, reference.AdvanceUntil(reference.Enqueue(new DmaDescriptor(0, 4L << 30))));
    }

    [Fact]
    public void Ports_take_turns()
    {
        // Two equal streams from two ports end within a row of each other.
        var system = new DramSystem(Scenario.Config("DDR4-3200"), SimulationMode.Event);
        var a = system.Enqueue(new DmaDescriptor(0, 1 << 20), port: 0);
        var b = system.Enqueue(new DmaDescriptor(1 << 28, 1 << 20), port: 1);
        system.Finish();
        Assert.InRange(Math.Abs(system.Completion(a)!.Value.Value - system.Completion(b)!.Value.Value), 0, 128 * 8);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 8)]
    [InlineData(32, 32)]
    public void Many_ports_are_served_alike_in_all_modes(int reads, int writes)
    {
        // Up to the last port, with queues that are often full and writes that later requests meet.
        var policy = new ControllerConfig { ReadQueue = reads, WriteQueue = writes, DrainHigh = writes, DrainLow = writes / 4 };
        var config = Scenario.Config("HBM2-2000", channels: 1, policy: policy);
        var random = new Random(reads);
        var streams = new List<(DmaDescriptor, long, int)>();
        for (var i = 0; i < 120; i++)
        {
            var port = i % 5 == 0 ? 63 : random.Next(0, 40);
            streams.Add((new DmaDescriptor(random.Next(0, 40) * 256, random.Next(1, 1500), random.Next(2) == 0), random.Next(0, 4) * random.Next(0, 2500), port));
        }

        var expected = Scenario.Run(config, SimulationMode.Naive, null, streams);
        Scenario.AssertSame(expected, Scenario.Run(config, SimulationMode.Event, null, streams), "event");
        Scenario.AssertSame(expected, Scenario.Run(config, SimulationMode.Memo, null, streams), "memo");
        Scenario.AssertLawful(config, expected, "ports");
        Assert.True(expected.Report.Total[Counter.Merged] + expected.Report.Total[Counter.Forwarded] > 0);
        Assert.Equal("port: expected 0 to 63, found 64", Assert.Throws<InputException>(() => new DramSystem(config).Enqueue(new DmaDescriptor(0, 64), port: 64)).Message);
    }

    [Fact]
    public void Threads_do_not_change_a_byte()
    {
        var config = Scenario.Config("HBM3-6400", channels: 8);
        var streams = new List<(DmaDescriptor, long, int)>
        {
            (new DmaDescriptor(12_345, 9_000_000), 0, 0), (new DmaDescriptor(1L << 28, 3_000_000, IsWrite: true), 70_000, 1),
        };
        Scenario.AssertSame(
            Scenario.Run(config, SimulationMode.Memo, null, streams, threads: 1), Scenario.Run(config, SimulationMode.Memo, null, streams, threads: 3), "threads");
    }

    /// <summary>Three engines: each sends its next transfer some time after its last one ended.</summary>
    private static (Accel.Dram.Reports.DramReport Report, List<(DmaDescriptor, int, long)> Starts, List<long> Ends) Drive(
        DramConfig config, SimulationMode mode, int threads, int seed)
    {
        var random = new Random(seed);
        var system = new DramSystem(config, mode, threads);
        var starts = new List<(DmaDescriptor, int, long)>();
        var ends = new List<long>();
        var left = new[] { 6, 6, 6 };

        void Send(int port, long earliest)
        {
            if (left[port]-- == 0)
            {
                return;
            }

            var descriptor = random.Next(3) == 0
                ? new DmaDescriptor(random.Next(1 << 24), random.Next(1, 2000), random.Next(2) == 0, new DmaLoop(random.Next(1, 20), random.Next(1 << 16)))
                : new DmaDescriptor(random.Next(1 << 24), random.Next(1, 300_000), random.Next(3) == 0);
            var start = earliest + random.Next(0, 300);
            starts.Add((descriptor, port, start));
            ends.Add(-1);
            system.Enqueue(descriptor, new Cycles(start), port);
        }

        for (var port = 0; port < 3; port++)
        {
            Send(port, 0);
        }

        while (system.AdvanceToNextCompletion() is var (transfer, cycle))
        {
            ends[transfer] = cycle.Value;
            Send(starts[transfer].Item2, cycle.Value);
        }

        return (system.Finish(), starts, ends);
    }
}
