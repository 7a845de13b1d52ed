using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Reports;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Controller;

/// <summary>One simulation for channels with the same input: the outcome of each channel is that of channels simulated one by one.</summary>
public class SharedChannelTests
{
    private const long Stripe = 16 * 32 * 2;

    [Fact]
    public void A_transfer_in_whole_stripes_is_simulated_once_for_all_channels()
    {
        var system = new DramSystem(Scenario.Config("HBM3-6400", channels: 16));
        system.Enqueue(new DmaDescriptor(3 * Stripe, 100 * Stripe));
        system.Enqueue(new DmaDescriptor(0, 7 * Stripe, true, new DmaLoop(5, 4096 * Stripe)), port: 1);
        system.Finish();
        Assert.Equal(1, system.SimulatedChannels);
    }

    [Fact]
    public void Channels_part_where_a_transfer_gives_them_different_work()
    {
        var system = new DramSystem(Scenario.Config("HBM3-6400", channels: 16));
        system.Enqueue(new DmaDescriptor(0, 100 * Stripe));
        var whole = system.AdvanceToNextCompletion()!.Value.Cycle;
        system.Enqueue(new DmaDescriptor(0, 3 * 64), whole); // 32-byte bursts: both pseudo-channels, first of channels 0 to 5
        Assert.Equal(2, system.SimulatedChannels);
        var report = system.Finish();
        for (var channel = 0; channel < 16; channel++)
        {
            var mine = report.CountersOf(channel, 0)[Counter.Reads] + report.CountersOf(channel, 1)[Counter.Reads];
            Assert.Equal(200 + (channel < 6 ? 1 : 0), mine);
        }
    }

    [Theory]
    [InlineData("rank|row|bank|column|bankgroup|pc|channel", RefreshKind.AllBank)]
    [InlineData("row|rank|bank|channel|column|bankgroup|pc", RefreshKind.PerBank)]
    [InlineData("rank|row|bank|column|bankgroup|pc|channel;channel^row@2", RefreshKind.AllBank)]
    [InlineData("rank|row|bank|column|bankgroup|pc|channel;bank^row,bankgroup^column", RefreshKind.AllBank)]
    [InlineData("rank|row|bank|column|bankgroup|pc|channel;pc^row@1,bankgroup^channel", RefreshKind.AllBank)]
    [InlineData("rank|row|bank|column|bankgroup|pc|channel;bank^channel", RefreshKind.PerBank)] // refresh tells banks apart, so these channels
    public void Shared_and_separate_channels_agree_in_every_count(string mapping, RefreshKind refresh)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var config = Scenario.Config(seed % 2 == 0 ? "HBM3-6400" : "LPDDR5-6400", mapping, channels: 4, policy: new ControllerConfig { Refresh = refresh });
            var (shared, sharedEnds, simulations) = Drive(config, SimulationMode.Memo, seed);
            var (separate, separateEnds, _) = Drive(config, SimulationMode.Event, seed);
            Assert.Equal(separateEnds, sharedEnds);
            AssertSameCounts(separate, shared, $"{mapping}, seed {seed}, {simulations} simulations");
        }
    }

    [Fact]
    public void Groups_sent_as_others_end_and_asked_for_at_random_limits_end_alike_in_all_modes()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var policy = new ControllerConfig { DrainHigh = seed % 2 == 0 ? 1 : 26, DrainLow = seed % 2 == 0 ? 0 : 6, StaggerRanks = seed % 3 == 0 };
            var config = Scenario.Config(seed % 4 == 3 ? "LPDDR5-6400" : "HBM3-6400", "row|rank|bank|column|bankgroup|pc|channel", channels: 4, policy: policy);
            var (expected, ends, _) = DriveInGroups(config, SimulationMode.Naive, seed);
            foreach (var mode in new[] { SimulationMode.Event, SimulationMode.Memo, SimulationMode.Reach })
            {
                var (actual, actualEnds, simulations) = DriveInGroups(config, mode, seed);
                Assert.Equal(ends, actualEnds);
                AssertSameCounts(expected, actual, $"{mode}, seed {seed}, {simulations} simulations");
            }
        }
    }

    [Fact]
    public void A_trace_parts_the_channels()
    {
        var config = Scenario.Config("HBM3-6400", channels: 8);
        DramReport Run(SimulationMode mode, out int simulations)
        {
            var trace = new RequestTrace();
            for (var i = 0; i < 400; i++)
            {
                trace.Add(new Request(3 * i, i * 8 * 64L, i % 7 == 0)); // channel 0 only
            }

            var system = new DramSystem(config, mode);
            system.Enqueue(new DmaDescriptor(1 << 20, 64 * 8 * 64), port: 1);
            system.Enqueue(trace);
            var report = system.Finish();
            simulations = system.SimulatedChannels;
            return report;
        }

        AssertSameCounts(Run(SimulationMode.Event, out _), Run(SimulationMode.Memo, out var simulations), "trace");
        Assert.InRange(simulations, 2, 8);
    }

    [Fact]
    public void A_limit_holds_time_back_and_completions_stay_in_order()
    {
        foreach (var mode in Enum.GetValues<SimulationMode>())
        {
            var config = Scenario.Config("HBM3-6400", channels: 4);
            var free = new DramSystem(config, mode);
            var held = new DramSystem(config, mode);
            foreach (var system in new[] { free, held })
            {
                system.Enqueue(new DmaDescriptor(0, 20_000));
                system.Enqueue(new DmaDescriptor(1 << 20, 9_000, IsWrite: true), new Cycles(777), port: 1);
                system.Enqueue(new DmaDescriptor(1 << 21, 64 * 256), new Cycles(5000));
            }

            var seen = new List<(int, Cycles)>();
            for (var limit = 100L; limit < 20_000; limit += 100)
            {
                while (held.AdvanceToNextCompletion(new Cycles(limit)) is { } done)
                {
                    Assert.InRange(done.Cycle.Value, limit - 99, limit);
                    seen.Add(done);
                }

                Assert.InRange(held.Now.Value, 0, limit);
            }

            foreach (var done in seen)
            {
                Assert.Equal(free.AdvanceToNextCompletion(), done);
            }

            Assert.Equal(3, seen.Count);
        }
    }

    private static void AssertSameCounts(DramReport expected, DramReport actual, string what)
    {
        Assert.Equal(expected.Cycles, actual.Cycles);
        Assert.Equal((0, 0), (actual.Queued, actual.TransfersUnderWay));
        Assert.Equal(expected.Total.Latencies.NonEmpty(), actual.Total.Latencies.NonEmpty());
        for (var part = 0; part < expected.Parts; part++)
        {
            var (channel, pseudoChannel) = Math.DivRem(part, expected.Config.Device.PseudoChannels);
            var (a, b) = (expected.CountersOf(channel, pseudoChannel), actual.CountersOf(channel, pseudoChannel));
            Assert.True(a.Sums.SequenceEqual(b.Sums) && a.Peaks.SequenceEqual(b.Peaks),
                $"{what}: channel {channel}, pseudo-channel {pseudoChannel}");
        }
    }

    /// <summary>
    /// A chip's DMA channels: one streams weights in groups, four under way, each piece where the last ended; three others move odd bytes of their
    /// own between. The memory is asked for completions up to limits drawn at random, as a machine with events of its own does.
    /// </summary>
    private static (DramReport Report, List<(int, long)> Ends, int Simulations) DriveInGroups(DramConfig config, SimulationMode mode, int seed)
    {
        var random = new Random(seed);
        var stripe = (long)config.Device.AccessBytes * config.Device.PseudoChannels * config.Channels;
        var system = new DramSystem(config, mode) { ForgetsCompleted = true };
        var ends = new List<(int, long)>();
        var ports = new List<int>();
        var (weights, groups, simulations) = (0L, 90, 0);

        void Send(int port, Cycles start)
        {
            if (groups-- <= 0)
            {
                return;
            }

            var bytes = port > 0 ? random.Next(1, 900) : random.Next(9) == 0 ? stripe : 64 * stripe;
            var address = port > 0 ? random.Next(1 << 24) : (1L << 26) + weights;
            weights += port > 0 ? 0 : bytes;
            system.Enqueue(new DmaDescriptor(address, bytes, IsWrite: port == 3), start + new Cycles(random.Next(3) * 7), port);
            ports.Add(port);
            simulations = Math.Max(simulations, system.SimulatedChannels);
        }

        for (var i = 0; i < 4; i++)
        {
            Send(0, default);
        }

        for (var limit = Cycles.Zero; ends.Count < ports.Count;)
        {
            if (system.AdvanceToNextCompletion(limit) is not var (transfer, cycle))
            {
                limit += new Cycles(random.Next(1, random.Next(4) == 0 ? 2000 : 40));
                continue;
            }

            Assert.True(cycle <= limit && system.Now <= cycle);
            ends.Add((transfer, cycle.Value));
            Send(ports[transfer], limit);
            if (random.Next(4) == 0)
            {
                Send(random.Next(1, 4), limit);
            }
        }

        Assert.True(ends.Count >= 90);
        return (system.Finish(), ends, simulations);
    }

    /// <summary>Four requesters with two transfers under way each; most in whole stripes, some not.</summary>
    private static (DramReport Report, List<long> Ends, int Simulations) Drive(DramConfig config, SimulationMode mode, int seed)
    {
        var random = new Random(seed);
        var system = new DramSystem(config, mode);
        var ports = new List<int>();
        var ends = new List<long>();
        var left = 60;

        void Send(int port, Cycles start)
        {
            if (left-- <= 0)
            {
                return;
            }

            var stripe = 1L << random.Next(8, 20);
            var address = random.Next(64) * stripe;
            var odd = seed >= 2 && random.Next(12) == 0;
            var descriptor = random.Next(4) == 0
                ? new DmaDescriptor(address, random.Next(1, 4) * stripe, random.Next(3) == 0, new DmaLoop(random.Next(1, 4), random.Next(8) * stripe))
                : new DmaDescriptor(address, odd ? random.Next(1, 5000) : random.Next(1, 4) * stripe, random.Next(5) == 0);
            system.Enqueue(descriptor, start + new Cycles(random.Next(3) * 100), port);
            ports.Add(port);
            ends.Add(-1);
        }

        for (var i = 0; i < 8; i++)
        {
            Send(i % 4, default);
        }

        while (system.AdvanceToNextCompletion() is var (transfer, cycle))
        {
            Assert.Equal(-1, ends[transfer]);
            ends[transfer] = cycle.Value;
            Send(ports[transfer], cycle);
        }

        Assert.Equal(60, ends.Count);
        return (system.Finish(), ends, system.SimulatedChannels);
    }
}
