using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Reports;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Controller;

/// <summary>Transfers of any shape, on channels that are simulated together as far as they get the same, and on channels that are kept apart.</summary>
public class SplitTests
{
    private static readonly string[] _mappings = ["row|rank|bank|column|bankgroup|pc|channel", "rank|row|bank|column|bankgroup|channel|pc"];
    private static readonly string[] _devices = ["HBM3-6400", "HBM2-2000", "DDR5-4800", "LPDDR5-6400", "GDDR6-14000"];

    [Fact]
    public void Transfers_of_any_shape_end_and_count_alike_on_shared_channels_and_on_separate_ones()
    {
        var (shared, merged) = (0, 0);
        for (var seed = 0; seed < 160; seed++)
        {
            var random = new Random(seed);
            var config = Scenario.Config(_devices[random.Next(_devices.Length)], _mappings[random.Next(2)], channels: 1 << random.Next(1, 5));
            var (expected, ends, _, _) = Drive(config, SimulationMode.Event, Recording.Completions, seed);
            var (actual, actualEnds, fewest, merges) = Drive(config, seed % 2 == 0 ? SimulationMode.Reach : SimulationMode.Memo, Recording.None, seed);
            Assert.True(ends.SequenceEqual(actualEnds), $"seed {seed}: {ends.Count} ends, got {actualEnds.Count}; first that differ: {ends.Zip(actualEnds).FirstOrDefault(pair => pair.First != pair.Second)}");
            ReportComparison.AssertSame(expected, actual, $"seed {seed}");
            shared += fewest < config.Channels ? 1 : 0;
            merged += merges > 0 ? 1 : 0;
        }

        // Otherwise this would compare little.
        Assert.InRange(shared, 100, 160);
        Assert.InRange(merged, 30, 160);
    }

    private static (DramReport Report, List<(int, long)> Ends, int Fewest, int Merges) Drive(DramConfig config, SimulationMode mode, Recording recording, int seed)
    {
        var (random, system, ends) = (new Random(seed), new DramSystem(config, mode, recording: recording), new List<(int, long)>());
        var stripe = config.Device.AccessBytes * config.Device.PseudoChannels * config.Channels;
        var (fewest, merges, classes, now) = (config.Channels, 0, 1, 0L);
        var shapes = Enumerable.Range(0, 6).Select(_ => Shape(random, stripe)).ToArray();
        for (var i = 0; i < 30; i++)
        {
            // Shapes come again, at another stripe: they fit the classes as they are then, or do not any more.
            var descriptor = shapes[random.Next(shapes.Length)] with { };
            descriptor = descriptor with { BaseAddress = descriptor.BaseAddress + (random.Next(4) * 2048L * stripe) };
            system.Enqueue(descriptor, new Cycles(now), random.Next(3));
            fewest = Math.Min(fewest, system.SimulatedChannels);
            merges += system.SimulatedChannels < classes ? 1 : 0;
            classes = system.SimulatedChannels;
            var limit = now + random.Next(4) switch { 0 => 0, 1 => 2_000, _ => random.Next(400) };
            while (system.AdvanceToNextCompletion(new Cycles(limit)) is var (transfer, cycle))
            {
                ends.Add((transfer, cycle.Value));
            }

            now = limit;
        }

        while (system.AdvanceToNextCompletion() is var (transfer, cycle))
        {
            ends.Add((transfer, cycle.Value));
        }

        return (system.Finish(), ends, fewest, merges);
    }

    private static DmaDescriptor Shape(Random random, int stripe)
    {
        var bytes = random.Next(5) switch
        {
            0 => random.Next(1, 64),
            1 => stripe * random.Next(1, 4),
            2 => random.Next(1, 4 * stripe),
            _ => random.Next(1, stripe + 1),
        };
        var start = (1L << 22) + (random.Next(3) == 0 ? 0 : random.Next(2 * stripe));
        DmaLoop Loop() => new(
            random.Next(1, 6),
            random.Next(4) switch { 0 => stripe, 1 => -3 * stripe, 2 => random.Next(-2 * stripe, 2 * stripe), _ => 64 * stripe });
        IReadOnlyList<DmaLoop> loops = random.Next(40) switch
        {
            0 => [new(129, stripe), new(128, random.Next(2) == 0 ? stripe : 32)], // more runs than are listed
            < 14 => [],
            < 18 => [new(1, random.Next(1, stripe))],
            < 28 => [Loop()],
            _ => [Loop(), Loop()],
        };
        return new DmaDescriptor(start, loops is [{ Count: 129 }, ..] ? 1 : bytes, random.Next(3) == 0, loops);
    }
}
