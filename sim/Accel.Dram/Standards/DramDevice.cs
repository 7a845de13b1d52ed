using Accel.Core.Units;

namespace Accel.Dram.Standards;

/// <summary>One standard, speed bin and organisation with every number worked out: all that controllers, checkers and reports read.</summary>
/// <remarks>Banks are numbered within a pseudo-channel: <c>(rank * BankGroups + group) * BanksPerGroup + bank</c>.</remarks>
public sealed record DramDevice
{
    public required string Standard { get; init; }
    public required string Bin { get; init; }
    public required string Source { get; init; }
    public required Organisation Organisation { get; init; }
    public required int MegatransfersPerSecond { get; init; }
    public required double StatedPeakMegabytesPerSecond { get; init; }
    public required int BurstBeats { get; init; }
    public required int BeatsPerTick { get; init; }

    /// <summary>Data pins of one pseudo-channel.</summary>
    public required int DataBits { get; init; }
    public required int PseudoChannels { get; init; }
    public required int Ranks { get; init; }

    /// <summary>Bus use, indexed by command.</summary>
    public required IReadOnlyList<BusUse> BusUses { get; init; }
    public required IReadOnlyList<ResolvedGap> Gaps { get; init; }
    public required int ReadLatency { get; init; }
    public required int WriteLatency { get; init; }
    public required int BurstTicks { get; init; }
    public required int ColumnToColumn { get; init; }
    public required int RefreshInterval { get; init; }
    public EnergyFigures Energy { get; init; } = new(0, 0, 0, 0, 0, 0, "");

    public int BankGroups => Organisation.BankGroups;
    public int BanksPerGroup => Organisation.BanksPerGroup;
    public int BanksPerRank => BankGroups * BanksPerGroup;

    /// <summary>Bank groups of a pseudo-channel, over all ranks.</summary>
    public int Groups => Ranks * BankGroups;

    /// <summary>Banks of a pseudo-channel, over all ranks.</summary>
    public int Banks => Ranks * BanksPerRank;

    public int Rows => Organisation.Rows;

    /// <summary>Bursts in a row.</summary>
    public int BurstsPerRow => Organisation.Columns / BurstBeats;

    /// <summary>Bytes one burst moves.</summary>
    public int AccessBytes => DataBits * BurstBeats / 8;

    /// <summary>Ticks per second; exact for every listed bin.</summary>
    public Hertz Clock => new(MegatransfersPerSecond * 1_000_000L / BeatsPerTick);

    /// <summary>Length of a tick in nanoseconds.</summary>
    public double TickNanoseconds => BeatsPerTick * 1e3 / MegatransfersPerSecond;

    /// <summary>Bytes of one pseudo-channel.</summary>
    public long PseudoChannelBytes => (long)Banks * Rows * BurstsPerRow * AccessBytes;

    /// <summary>Width times rate of one pseudo-channel, in bytes per second.</summary>
    public double PeakBytesPerSecond => DataBits * (double)MegatransfersPerSecond * 1e6 / 8;

    /// <summary>Devices in a rank of one pseudo-channel.</summary>
    public double DevicesPerRank => Math.Max(1, DataBits / Organisation.DeviceBits);

    /// <summary>Average distance of per-bank refreshes of one rank, so that each bank is refreshed once per <see cref="RefreshInterval"/>.</summary>
    public int PerBankRefreshInterval => RefreshInterval / BanksPerRank;

    /// <summary>Whether the standard has a per-bank refresh: a gap names what must follow it.</summary>
    public bool HasPerBankRefresh => Gaps.Any(g => g.Previous.Contains(Command.RefreshPerBank));

    /// <summary>Rows and columns have command buses of their own.</summary>
    public bool SplitBuses => BusUses.Any(u => u.Bus == 1);

    /// <summary>Ticks from read or write command to the end of its burst.</summary>
    public int DoneAfter(bool write) => (write ? WriteLatency : ReadLatency) + BurstTicks;

    /// <summary>The longest listed delay from one command to another on the same bank, in ticks; 0 where no gap binds them.</summary>
    public int SameBankDelay(Command previous, Command next) =>
        Gaps.Where(g => !g.Sibling && g.Window == 1 && g.Previous.Contains(previous) && g.Next.Contains(next))
            .Select(g => g.Delay).DefaultIfEmpty(0).Max();
}
