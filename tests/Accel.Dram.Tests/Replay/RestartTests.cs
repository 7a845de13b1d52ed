using Accel.Core.Units;
using Accel.Dram.Checking;
using Accel.Dram.Controller;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Replay;

/// <summary>What a controller sends when the memory begins anew keeps every gap of the standard, whatever went before and comes behind.</summary>
public class RestartTests
{
    [Fact]
    public void Commands_of_a_restart_keep_all_gaps_of_every_bin()
    {
        foreach (var standard in StandardCatalogue.All)
        {
            foreach (var bin in standard.BinNames)
            {
                for (var ranks = 1; ranks <= (standard.Name is "GDDR6" or "HBM2" ? 1 : 2); ranks++)
                {
                    var config = new DramConfig { Device = standard.Resolve(bin, ranks: ranks), Channels = 1, Mapping = "row|rank|bank|column|bankgroup|pc|channel" };
                    foreach (var bytes in new[] { 64L, 4096, 1 << 16, 3 << 17 })
                    {
                        AssertLawful(config, bytes);
                    }
                }
            }
        }
    }

    [Fact]
    public void A_restart_takes_less_than_three_refreshes()
    {
        foreach (var standard in StandardCatalogue.All)
        {
            var device = standard.Resolve(standard.BinNames[0]);
            var refresh = device.Gaps.Where(g => g.Previous.Contains(Command.RefreshAllBank)).Max(g => g.Delay);
            var sequence = new RestartSequence(device);
            Assert.InRange(sequence.Length, refresh, 3 * refresh);
            Assert.InRange(sequence.RefreshedBefore, refresh, 2 * refresh);
        }
    }

    [Fact]
    public void A_memory_that_is_at_work_or_records_does_not_restart()
    {
        var config = new DramConfig { Device = StandardCatalogue.Resolve("DDR4-3200"), Channels = 1 };
        var busy = new DramSystem(config);
        busy.Enqueue(new DmaDescriptor(0, 4096));
        Assert.Throws<InvalidOperationException>(() => busy.Restart(new Cycles(10)));
        Assert.Throws<InvalidOperationException>(() => new DramSystem(config, SimulationMode.Event, recording: Recording.Commands).Restart(new Cycles(10)));
    }

    private static void AssertLawful(DramConfig config, long bytes)
    {
        var (before, end) = Record(config, bytes, isRestarted: false);
        var sequence = new RestartSequence(config.Device);
        var (after, _) = Record(config, bytes, isRestarted: true);
        var between = new List<RecordedCommand>();
        for (var rank = 0; rank < config.Device.Ranks; rank++)
        {
            for (var pseudoChannel = 0; pseudoChannel < config.Device.PseudoChannels; pseudoChannel++)
            {
                between.Add(new(end + sequence.PrechargeOf(rank, pseudoChannel), Command.PrechargeAll, 0, pseudoChannel, rank, 0, 0, -1, -1));
                between.Add(new(end + sequence.RefreshOf(rank, pseudoChannel), Command.RefreshAllBank, 0, pseudoChannel, rank, 0, 0, -1, -1));
            }
        }

        var start = end + sequence.Length;
        var violations = CommandChecker.Check(
            config.Device, [.. before, .. between.OrderBy(c => c.Cycle), .. after.Select(c => c with { Cycle = c.Cycle + start })], mostPostponed: 0);
        Assert.True(violations.Count == 0, $"{config.Device.Bin}, {bytes} bytes: {violations.FirstOrDefault()}");
    }

    private static (List<RecordedCommand> Commands, long End) Record(DramConfig config, long bytes, bool isRestarted)
    {
        var memory = new DramSystem(config, SimulationMode.Event, recording: Recording.Commands, isRestarted: isRestarted);
        memory.Enqueue(new DmaDescriptor(0, bytes));
        memory.Enqueue(new DmaDescriptor(1 << 20, Math.Min(bytes, 4096), IsWrite: true), port: 1);
        var report = memory.Finish();
        return ([.. memory.CommandsOf(0)], report.SimulatedCycles.Value);
    }
}
