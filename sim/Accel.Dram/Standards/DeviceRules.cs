using System.Numerics;
using Accel.Core.Diagnostics;

namespace Accel.Dram.Standards;

/// <summary>What must agree within a device before it may be simulated; a standard that breaks a rule does not load.</summary>
public static class DeviceRules
{
    /// <summary>Most banks one pseudo-channel may have: the controllers keep sets of banks in one machine word.</summary>
    public const int MostBanks = 64;

    /// <summary>Refuses a device whose numbers contradict each other.</summary>
    /// <exception cref="InputException">Lists every contradiction.</exception>
    public static void Check(DramDevice device)
    {
        var faults = new List<Diagnostic>();

        void Demand(bool holds, string place, string expected, string found)
        {
            if (!holds)
            {
                faults.Add(new Diagnostic(device.Bin, place, expected, found));
            }
        }

        var widthTimesRate = device.DataBits * (double)device.MegatransfersPerSecond / 8;
        Demand(Math.Abs(widthTimesRate - device.StatedPeakMegabytesPerSecond) < 1e-6, "peak bandwidth",
            $"{device.DataBits} bit x {device.MegatransfersPerSecond} MT/s = {widthTimesRate} MB/s", $"{device.StatedPeakMegabytesPerSecond} MB/s");
        Demand(device.BurstTicks * device.BeatsPerTick == device.BurstBeats, "burst length",
            $"{device.BurstBeats} beats at {device.BeatsPerTick} per tick", $"{device.BurstTicks} ticks");
        Demand(device.ColumnToColumn == device.BurstTicks, "tCCD_S",
            $"the burst's {device.BurstTicks} ticks, else bursts overlap or the peak is out of reach", $"{device.ColumnToColumn}");
        Demand(device.MegatransfersPerSecond * 1_000_000L % device.BeatsPerTick == 0, "clock", "a whole number of hertz",
            $"{device.MegatransfersPerSecond} MT/s at {device.BeatsPerTick} beats per tick");
        Demand(device.RefreshInterval > 0, "tREFI", "a positive number", $"{device.RefreshInterval}");
        Demand(device.Organisation.Columns % device.BurstBeats == 0, "columns", $"a multiple of {device.BurstBeats}", $"{device.Organisation.Columns}");
        Demand(device.BusUses.Count == Commands.Count && device.BusUses.All(u => u.Cycles != 0), "bus use", "one entry per command", $"{device.BusUses.Count}");
        var counts = new (string Name, int Value)[]
        {
            ("ranks", device.Ranks), ("bank groups", device.BankGroups), ("banks per group", device.BanksPerGroup), ("rows", device.Rows),
            ("bursts per row", device.BurstsPerRow), ("pseudo-channels", device.PseudoChannels),
        };
        foreach (var (name, value) in counts)
        {
            Demand(value > 0 && BitOperations.IsPow2(value), name, "a power of two", $"{value}");
        }

        Demand(device.BanksPerRank >= 8, "banks per rank", "8 or more", $"{device.BanksPerRank}");
        Demand(device.Banks <= MostBanks, "banks", $"at most {MostBanks} per pseudo-channel", $"{device.Banks}");
        foreach (var gap in device.Gaps)
        {
            CheckGap(gap, Demand);
        }

        if (faults.Count > 0)
        {
            throw new InputException(faults);
        }
    }

    private static void CheckGap(ResolvedGap gap, Action<bool, string, string, string> demand)
    {
        demand((gap.Delay > 0 || gap.Sibling) && gap.Delay < 1 << 20, gap.ToString(), "a positive delay below 2^20", $"{gap.Delay}");
        demand(gap.Window is >= 1 and <= 64, gap.ToString(), "a window of 1 to 64 commands", $"{gap.Window}");
        demand(!gap.Sibling || (gap.Level == Level.Rank && gap.Window == 1), gap.ToString(), "sibling gaps between ranks", $"{gap.Level}");
        demand(
            gap.Next.Contains(Command.Read) == gap.Next.Contains(Command.ReadAutoPrecharge)
                && gap.Next.Contains(Command.Write) == gap.Next.Contains(Command.WriteAutoPrecharge),
            gap.ToString(), "column commands that wait alike with and without auto-precharge", "only one of them");
        var rankWide = gap.Previous.Concat(gap.Next).Any(c => c.IsRankWide());
        demand(!rankWide || gap.Level <= Level.Rank, gap.ToString(), "rank-wide commands in gaps of ranks", $"{gap.Level}");
    }
}
