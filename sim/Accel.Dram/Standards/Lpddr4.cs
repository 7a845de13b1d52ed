using static Accel.Dram.Standards.Command;

namespace Accel.Dram.Standards;

/// <summary>Timings of LPDDR4, in clock cycles.</summary>
public sealed record Lpddr4Timings
{
    public required int BL { get; init; }
    public required int CL { get; init; }
    public required int CWL { get; init; }

    /// <summary>Strobe delay; widens read-to-write turnaround. The controller's capture hides it from the read latency.</summary>
    public required int DQSCK { get; init; }

    /// <summary>Write preamble.</summary>
    public required int WPRE { get; init; }
    public required int RCD { get; init; }
    public required int RPpb { get; init; }
    public required int RPab { get; init; }
    public required int RAS { get; init; }
    public required int RCpb { get; init; }
    public required int RCab { get; init; }
    public required int WR { get; init; }
    public required int RTP { get; init; }
    public required int PPD { get; init; }
    public required int CCD { get; init; }
    public required int RRD { get; init; }
    public required int WTR { get; init; }
    public required int FAW { get; init; }
    public required int RFCab { get; init; }
    public required int RFCpb { get; init; }
    public required int REFI { get; init; }

    /// <summary>Rank-to-rank switch.</summary>
    public required int RTRS { get; init; }
}

/// <summary>LPDDR4 SDRAM: one 16-bit channel; no bank groups.</summary>
public static class Lpddr4
{
    private const string Preset = "tukl-msd/DRAMSys (2107966) memspec JEDEC_8Gb_LPDDR4-3200_16bit and JEDEC_1Gbx16_LPDDR4-4266";

    /// <summary>
    /// The standard. Turnarounds after JESD209-4: read to write RL + tDQSCK + BL/2 - WL + tWPRE, write to read WL + 1 + BL/2 + tWTR,
    /// read to precharge tRTP + BL/2 - 8, write to precharge WL + 1 + BL/2 + tWR. Activate, read and write are pairs of two-cycle commands.
    /// </summary>
    public static DramStandard<Lpddr4Timings> Standard { get; } = new()
    {
        Name = "LPDDR4",
        Source = Preset + "; not DRAMsim3's LPDDR4-2400, which has bank groups that LPDDR4 lacks and a refresh interval of 7.2 us (JESD209-4: 3.9 us)",
        BurstBeats = 16,
        BeatsPerTick = 2,
        DataBits = 16,
        BusUses = Standards.BusUses.Shared(activate: 0b1111, column: 0b1111, other: 0b11),
        ReadLatency = t => t.CL,
        WriteLatency = t => t.CWL,
        Burst = t => t.BL,
        ColumnToColumn = t => t.CCD,
        RefreshInterval = t => t.REFI,
        Gaps =
        [
            new(Level.Rank, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCD),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCD),
            new(Level.Rank, [Read, ReadAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CL + t.DQSCK + t.BL - t.CWL + t.WPRE),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + 1 + t.BL + t.WTR),
            new(Level.Rank, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.BL + t.RTRS, Sibling: true),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.BL + t.RTRS, Sibling: true),
            new(Level.Rank, [Read, ReadAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CL + t.BL + t.RTRS - t.CWL, Sibling: true),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.RTRS - t.CL, Sibling: true),
            new(Level.Rank, [Read, ReadAutoPrecharge], [PrechargeAll], t => t.RTP + t.BL - 8),
            new(Level.Rank, [Write, WriteAutoPrecharge], [PrechargeAll], t => t.CWL + 1 + t.BL + t.WR),
            new(Level.Rank, [Activate], [Activate], t => t.RRD),
            new(Level.Rank, [Activate], [Activate], t => t.FAW, Window: 4),
            new(Level.Rank, [Activate], [PrechargeAll], t => t.RAS),
            new(Level.Rank, [PrechargeAll], [Activate], t => t.RPab),
            new(Level.Rank, [Precharge, PrechargeAll], [Precharge, PrechargeAll], t => t.PPD),
            new(Level.Rank, [Activate], [RefreshAllBank], t => t.RCab),
            new(Level.Rank, [PrechargeAll], [RefreshAllBank, RefreshPerBank], t => t.RPab),
            new(Level.Rank, [Precharge], [RefreshAllBank], t => t.RPpb),
            new(Level.Rank, [ReadAutoPrecharge], [RefreshAllBank], t => t.RTP + t.BL - 8 + t.RPpb),
            new(Level.Rank, [WriteAutoPrecharge], [RefreshAllBank], t => t.CWL + 1 + t.BL + t.WR + t.RPpb),
            new(Level.Rank, [RefreshAllBank], [Activate, PrechargeAll, RefreshAllBank, RefreshPerBank], t => t.RFCab),
            new(Level.Rank, [RefreshPerBank], [RefreshPerBank, RefreshAllBank], t => t.RFCpb),
            new(Level.Rank, [RefreshPerBank], [Activate], t => t.RRD),
            new(Level.Rank, [Activate], [RefreshPerBank], t => t.RRD),
            new(Level.Bank, [Activate], [Activate], t => t.RCpb),
            new(Level.Bank, [Activate], [Read, ReadAutoPrecharge, Write, WriteAutoPrecharge], t => t.RCD),
            new(Level.Bank, [Activate], [Precharge], t => t.RAS),
            new(Level.Bank, [Precharge], [Activate, RefreshPerBank], t => t.RPpb),
            new(Level.Bank, [Read], [Precharge], t => t.RTP + t.BL - 8),
            new(Level.Bank, [Write], [Precharge], t => t.CWL + 1 + t.BL + t.WR),
            new(Level.Bank, [ReadAutoPrecharge], [Activate, RefreshPerBank], t => t.RTP + t.BL - 8 + t.RPpb),
            new(Level.Bank, [WriteAutoPrecharge], [Activate, RefreshPerBank], t => t.CWL + 1 + t.BL + t.WR + t.RPpb),
            new(Level.Bank, [Activate], [RefreshPerBank], t => t.RCpb),
            new(Level.Bank, [RefreshPerBank], [Activate], t => t.RFCpb),
        ],
        Organisations =
        [
            new("8Gb_x16", 8192, 16, BankGroups: 1, BanksPerGroup: 8, Rows: 65536, Columns: 1024),
            new("16Gb_x16", 16384, 16, BankGroups: 1, BanksPerGroup: 8, Rows: 131072, Columns: 1024),
        ],
        Bins =
        [
            new("LPDDR4-3200", 3200, 6400,
                o => new Lpddr4Timings
                {
                    BL = 8, CL = 28, CWL = 14, DQSCK = 6, WPRE = 2, RCD = 29, RPpb = 29, RPab = 34, RAS = 68, RCpb = 97, RCab = 102, WR = 29,
                    RTP = 12, PPD = 4, CCD = 8, RRD = 16, WTR = 16, FAW = 64, RFCab = Refresh(o, 280, 380, 625), RFCpb = Refresh(o, 140, 190, 625),
                    REFI = 6246, RTRS = 1,
                },
                Energy, Preset),
            new("LPDDR4-4266", 4266, 8532,
                o => new Lpddr4Timings
                {
                    BL = 8, CL = 36, CWL = 18, DQSCK = 4, WPRE = 2, RCD = 39, RPpb = 39, RPab = 45, RAS = 90, RCpb = 129, RCab = 135, WR = 39,
                    RTP = 17, PPD = 4, CCD = 8, RRD = 22, WTR = 22, FAW = 86, RFCab = Refresh(o, 280, 380, 469), RFCpb = Refresh(o, 140, 190, 469),
                    REFI = 8341, RTRS = 1,
                },
                Energy, Preset),
        ],
    };

    private static EnergyFigures Energy(DramDevice device, Lpddr4Timings t) =>
        new EnergyPerBit(6, "about 6 pJ/bit, range 4 to 8, medium confidence: the one current table at hand is for a bin that contradicts the standard")
            .ToEnergy(device.AccessBytes);

    /// <summary>All-bank 280 ns and per-bank 140 ns are the 8 Gb memspec's 448 and 224 cycles; the 16 Gb one's 812 and 406 cycles are 380 and 190 ns.</summary>
    private static int Refresh(Organisation organisation, int nanoseconds8, int nanoseconds16, int tickPicoseconds) =>
        ((organisation.DensityMebibits <= 8192 ? nanoseconds8 : nanoseconds16) * 1000 + tickPicoseconds - 1) / tickPicoseconds;
}
