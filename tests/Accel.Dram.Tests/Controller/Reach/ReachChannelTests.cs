using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Reports;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Controller.Reach;

/// <summary>Steps remembered by what they can reach: every completion and every count is that of the engine that simulates all.</summary>
public class ReachChannelTests
{
    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 6)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void A_chips_traffic_ends_and_counts_alike_with_and_without_memory(int batch)
    {
        for (var seed = batch * 1000; seed < batch * 1000 + 40; seed++)
        {
            var traffic = new ChipTraffic(seed, groups: 500);
            AssertSame(traffic.Run(SimulationMode.Event), traffic.Run(SimulationMode.Reach), traffic.Description);
        }
    }

    [Fact]
    public void And_like_the_engine_that_walks_through_every_cycle()
    {
        for (var seed = 100_000; seed < 100_016; seed++)
        {
            var traffic = new ChipTraffic(seed, groups: 60);
            AssertSame(traffic.Run(SimulationMode.Naive), traffic.Run(SimulationMode.Reach), traffic.Description);
        }
    }

    [Fact]
    public void Most_of_a_long_stream_in_groups_is_remembered()
    {
        var config = Scenario.Config("HBM3-6400", "row|rank|bank|column|bankgroup|pc|channel", channels: 4, ranks: 4);
        var group = 64L * 2 * 4 * 32;
        DramReport Run(SimulationMode mode, out int steps)
        {
            var system = new DramSystem(config, mode) { ForgetsCompleted = true };
            for (var i = 0; i < 4; i++)
            {
                system.Enqueue(new DmaDescriptor(i * group, group));
            }

            for (var sent = 4; system.AdvanceToNextCompletion() is var (_, cycle); sent++)
            {
                if (sent < 40_000)
                {
                    system.Enqueue(new DmaDescriptor(sent * group, group), cycle);
                }
            }

            steps = system.Remembered.Steps;
            return system.Finish();
        }

        var expected = Run(SimulationMode.Event, out _);
        var actual = Run(SimulationMode.Reach, out var steps);
        AssertSame(([], [], expected, 0), ([], [], actual, 0), "one stream");

        // Of 2.56 million requests of a pseudo-channel each step was simulated once; the shortest are 32 long.
        Assert.InRange(steps, 10, 12_000);
    }

    [Fact]
    public void A_transfer_that_comes_in_the_middle_of_a_step_is_served_in_its_cycle()
    {
        // The same stream over and over, so that all of it is known; each time another port sends one burst a cycle later.
        var config = Scenario.Config("HBM3-6400", "row|rank|bank|column|bankgroup|pc|channel", channels: 1, ranks: 4, policy: new ControllerConfig { Refresh = RefreshKind.None });
        var group = 64L * 2 * 32;
        long[] Run(SimulationMode mode)
        {
            var (system, found, at) = (new DramSystem(config, mode), new List<long>(), 0L);
            for (var round = 0; round < 150; round++)
            {
                var wanted = -1;
                for (var i = 0; i < 12; i++)
                {
                    system.Enqueue(new DmaDescriptor(i * group, group), new Cycles(at));
                }

                var other = at + 1000 + round * 3;
                while (system.AdvanceToNextCompletion(new Cycles(other)) is var (_, cycle))
                {
                    found.Add(cycle.Value - at);
                }

                wanted = system.Enqueue(new DmaDescriptor(1 << 24, 32), new Cycles(other), 1);
                while (system.AdvanceToNextCompletion() is var (transfer, cycle))
                {
                    found.Add((cycle.Value - at) * (transfer == wanted ? -1 : 1));
                }

                at += 1 << 16;
                system.RunUntil(new Cycles(at));
            }

            return [.. found];
        }

        Assert.Equal(Run(SimulationMode.Event), Run(SimulationMode.Reach));
    }

    private static void AssertSame(
        (List<(int, long)> Ends, List<string> Seen, DramReport Report, int) expected, (List<(int, long)> Ends, List<string> Seen, DramReport Report, int) actual, string what)
    {
        for (var i = 0; i < Math.Min(expected.Ends.Count, actual.Ends.Count); i++)
        {
            Assert.True(expected.Ends[i] == actual.Ends[i], $"{what}: completion {i}: expected {expected.Ends[i]}, got {actual.Ends[i]}");
        }

        Assert.Equal(expected.Ends.Count, actual.Ends.Count);
        Assert.Equal(expected.Seen, actual.Seen);
        ReportComparison.AssertSame(expected.Report, actual.Report, what);
    }
}
