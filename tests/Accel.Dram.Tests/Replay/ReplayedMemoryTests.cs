using Accel.Dram.Controller;
using Accel.Dram.Reports;

namespace Accel.Dram.Tests.Replay;

/// <summary>Episodes behind restarts: simulated or replayed, all ends in the same cycles and counts the same.</summary>
public class ReplayedMemoryTests
{
    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 4)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void Replayed_tokens_end_and_count_as_simulated_ones(int batch)
    {
        var replayed = 0;
        for (var seed = batch * 100; seed < (batch * 100) + 25; seed++)
        {
            var episodes = new Episodes(seed, tokens: 12, groups: 40);
            var expected = episodes.Run(SimulationMode.Event, replays: false);
            var actual = episodes.Run(SimulationMode.Reach, replays: true);
            AssertSame(expected, actual, episodes.Description);
            replayed += actual.Replayed;
        }

        Assert.InRange(replayed, 40, 25 * 11);
    }

    [Fact]
    public void Restarts_are_the_same_in_all_engines()
    {
        for (var seed = 1000; seed < 1016; seed++)
        {
            var episodes = new Episodes(seed, tokens: 4, groups: 12);
            var expected = episodes.Run(SimulationMode.Naive, replays: false);
            foreach (var mode in new[] { SimulationMode.Event, SimulationMode.Memo, SimulationMode.Reach })
            {
                AssertSame(expected, episodes.Run(mode, replays: false), $"{mode}, {episodes.Description}");
            }

            AssertSame(expected, episodes.Run(SimulationMode.Naive, replays: true), $"replayed, {episodes.Description}");
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Chips_whose_tokens_differ_anywhere_are_answered_as_by_the_memory_itself(int batch)
    {
        var replayed = 0;
        for (var seed = batch * 1000; seed < (batch * 1000) + 60; seed++)
        {
            var chip = new ChipOfTokens(seed, tokens: 14, blocks: 14);
            var looks = seed % 4 == 3;
            var expected = chip.Run(SimulationMode.Event, replays: false, looks);
            var actual = chip.Run(seed % 5 == 0 ? SimulationMode.Memo : SimulationMode.Reach, replays: true, looks);
            AssertSame(expected, actual, chip.Description);
            replayed += actual.Replayed;
        }

        Assert.InRange(replayed, 60, 60 * 13);
    }

    [Fact]
    public void Small_chips_are_answered_as_by_the_memory_stepped_cycle_by_cycle()
    {
        for (var seed = 9000; seed < 9008; seed++)
        {
            var chip = new ChipOfTokens(seed, tokens: 5, blocks: 4);
            AssertSame(chip.Run(SimulationMode.Naive, replays: false, looks: true), chip.Run(SimulationMode.Reach, replays: true, looks: true), chip.Description);
        }
    }

    private static void AssertSame(
        (List<(int, int, long)> Ends, List<DramReport> Reports, int) expected, (List<(int, int, long)> Ends, List<DramReport> Reports, int) actual, string what)
    {
        for (var i = 0; i < expected.Reports.Count; i++)
        {
            AssertSame((expected.Ends, expected.Reports[i], 0), (actual.Ends, actual.Reports[i], 0), $"{what}, report {i}");
        }
    }

    private static void AssertSame(
        (List<(int, int, long)> Ends, DramReport Report, int) expected, (List<(int, int, long)> Ends, DramReport Report, int) actual, string what)
    {
        for (var i = 0; i < Math.Min(expected.Ends.Count, actual.Ends.Count); i++)
        {
            Assert.True(expected.Ends[i] == actual.Ends[i], $"{what}: completion {i}: expected {expected.Ends[i]}, got {actual.Ends[i]}");
        }

        Assert.Equal(expected.Ends.Count, actual.Ends.Count);
        ReportComparison.AssertSame(expected.Report, actual.Report, what);
    }
}
