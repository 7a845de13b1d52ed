using Accel.Dram.Checking;
using Accel.Dram.Controller;
using Accel.Dram.Standards;

namespace Accel.Dram.Tests.Standards;

/// <summary>Every edge of every bin, from both sides: illegal one cycle before the delay is over, legal when it is; and only within its scope.</summary>
public class GapTests
{
    public static TheoryData<string> Bins => StandardTests.Bins;

    [Theory]
    [MemberData(nameof(Bins))]
    public void Each_gap_alone_is_tight_for_checker_and_controller(string bin)
    {
        var whole = Device(bin);
        foreach (var gap in whole.Gaps.Where(g => g.Delay > 0))
        {
            var device = whole with { Gaps = [gap] };
            foreach (var previous in gap.Previous)
            {
                foreach (var next in gap.Next)
                {
                    var inScope = Places(device, gap, within: true).ToList();
                    Assert.NotEmpty(inScope);
                    foreach (var place in inScope)
                    {
                        Assert.Equal(gap.Delay, Earliest(device, previous, gap.Window, next, place));
                        Assert.Equal(gap.Delay, NaiveEarliest(device, previous, gap.Window, next, place));
                    }

                    foreach (var place in Places(device, gap, within: false))
                    {
                        Assert.Equal(0, Earliest(device, previous, gap.Window, next, place));
                        Assert.Equal(0, NaiveEarliest(device, previous, gap.Window, next, place));
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Bins))]
    public void A_window_forgets_what_is_older(string bin)
    {
        var whole = Device(bin);
        foreach (var gap in whole.Gaps.Where(g => g.Window > 1))
        {
            var device = whole with { Gaps = [gap] };
            var checker = new CommandChecker(device);
            for (var i = 0; i < gap.Window + 1; i++)
            {
                checker.Accept(At(device, gap.Previous[0], 0, 10 * i));
            }

            Assert.Equal(10 + gap.Delay, checker.Earliest(At(device, gap.Next[0], 0, 0)).Cycle);
        }
    }

    [Theory]
    [MemberData(nameof(Bins))]
    public void All_gaps_together_allow_the_largest(string bin)
    {
        var device = Device(bin);
        foreach (var previous in Enum.GetValues<Command>())
        {
            foreach (var next in Enum.GetValues<Command>())
            {
                for (var bank = 0; bank < device.Banks; bank++)
                {
                    var expected = device.Gaps.Where(g => g.Window == 1 && g.Previous.Contains(previous) && g.Next.Contains(next) && InScope(device, g, bank))
                        .Select(g => g.Delay).DefaultIfEmpty(0).Max();
                    Assert.Equal(Math.Max(0, expected), Earliest(device, previous, 1, next, bank));
                }
            }
        }
    }

    private static DramDevice Device(string bin) => StandardCatalogue.Resolve(bin, ranks: bin.StartsWith("GDDR6", StringComparison.Ordinal) || bin.StartsWith("HBM2", StringComparison.Ordinal) ? 1 : 2);

    /// <summary>Banks for the waiting command that share the gap's scope with bank 0 of rank 0, or do not.</summary>
    private static IEnumerable<int> Places(DramDevice device, ResolvedGap gap, bool within) =>
        Enumerable.Range(0, device.Banks).Where(bank => InScope(device, gap, bank) == within);

    private static bool InScope(DramDevice device, ResolvedGap gap, int bank) => gap switch
    {
        { Sibling: true } => bank >= device.BanksPerRank,
        { Level: Level.PseudoChannel } => true,
        { Level: Level.Rank } => bank < device.BanksPerRank,
        { Level: Level.BankGroup } => bank < device.BanksPerGroup,
        _ => bank == 0,
    };

    /// <summary>The first lawful cycle by the checker, shown lawful there and unlawful one cycle before.</summary>
    private static long Earliest(DramDevice device, Command previous, int times, Command next, int bank)
    {
        var checker = new CommandChecker(device);
        for (var i = 0; i < times; i++)
        {
            checker.Accept(At(device, previous, 0, 0));
        }

        var (earliest, gap) = checker.Earliest(At(device, next, bank, 0));
        Assert.Equal(earliest > 0, gap is not null);
        if (earliest > 0)
        {
            Assert.Contains(Judge(earliest - 1), v => v.EarliestCycle == earliest && v.Rule == gap!.ToString());
        }

        Assert.DoesNotContain(Judge(earliest), v => v.EarliestCycle >= 0);
        return earliest;

        List<Violation> Judge(long cycle)
        {
            var judge = new CommandChecker(device);
            for (var i = 0; i < times; i++)
            {
                judge.Accept(At(device, previous, 0, 0));
            }

            return judge.Accept(At(device, next, bank, cycle));
        }
    }

    private static long NaiveEarliest(DramDevice device, Command previous, int times, Command next, int bank)
    {
        var timings = new NaiveTimings(device);
        for (var i = 0; i < times; i++)
        {
            timings.Note(previous, 0, 0);
        }

        var cycle = 0L;
        while (!timings.Allows(next, bank, cycle))
        {
            cycle++;
        }

        return cycle;
    }

    private static RecordedCommand At(DramDevice device, Command command, int bank, long cycle) => new(
        cycle, command, 0, 0, bank / device.BanksPerRank, bank % device.BanksPerRank / device.BanksPerGroup, bank % device.BanksPerGroup, 0, 0);
}
