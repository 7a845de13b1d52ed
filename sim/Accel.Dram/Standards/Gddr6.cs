using static Accel.Dram.Standards.Command;

namespace Accel.Dram.Standards;

/// <summary>Timings of GDDR6 in CK cycles.</summary>
public sealed record Gddr6Timings
{
    public required int BL { get; init; }
    public required int CL { get; init; }
    public required int CWL { get; init; }
    public required int RCDRD { get; init; }
    public required int RCDWR { get; init; }
    public required int RP { get; init; }
    public required int RAS { get; init; }
    public required int RC { get; init; }
    public required int WR { get; init; }
    public required int RTP { get; init; }
    public required int PPD { get; init; }
    public required int CCDS { get; init; }
    public required int CCDL { get; init; }
    public required int RRDS { get; init; }
    public required int RRDL { get; init; }
    public required int WTRS { get; init; }
    public required int WTRL { get; init; }
    public required int FAW { get; init; }
    public required int RFCab { get; init; }
    public required int RFCpb { get; init; }

    /// <summary>Per-bank refresh to a command of another bank.</summary>
    public required int RREFD { get; init; }
    public required int REFI { get; init; }
}

/// <summary>GDDR6 SGRAM: one 16-bit channel of a device's two.</summary>
public static class Gddr6
{
    private const string Preset =
        "CMU-SAFARI/ramulator2 v2.1 (c5b1c3a) dram/gddr6.py preset GDDR6_8Gb_x16 + GDDR6_14000_1350mV_double, whose comments cite JESD250 and a vendor data sheet";

    /// <summary>
    /// The standard. Commands take both edges of one CK. Read to write is tCL + 1 (the source's turnaround); not DRAMsim3's file,
    /// whose tCCD_S of 3 caps a pin at 8.1 Gb/s and whose refresh interval is 7.8 us instead of 1.9 us.
    /// </summary>
    public static DramStandard<Gddr6Timings> Standard { get; } = new()
    {
        Name = "GDDR6",
        Source = Preset,
        BurstBeats = 16,
        BeatsPerTick = 8,
        DataBits = 16,
        BusUses = Standards.BusUses.OneTickEach(),
        ReadLatency = t => t.CL,
        WriteLatency = t => t.CWL,
        Burst = t => t.BL,
        ColumnToColumn = t => t.CCDS,
        RefreshInterval = t => t.REFI,
        Gaps =
        [
            new(Level.PseudoChannel, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDS),
            new(Level.PseudoChannel, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDS),
            new(Level.PseudoChannel, [Read, ReadAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CL + 1),
            new(Level.PseudoChannel, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.WTRS),
            new(Level.Rank, [Read, ReadAutoPrecharge], [PrechargeAll], t => t.RTP),
            new(Level.Rank, [Write, WriteAutoPrecharge], [PrechargeAll], t => t.CWL + t.BL + t.WR),
            new(Level.Rank, [Activate], [Activate], t => t.RRDS),
            new(Level.Rank, [Activate], [Activate], t => t.FAW, Window: 4),
            new(Level.Rank, [Activate], [PrechargeAll], t => t.RAS),
            new(Level.Rank, [PrechargeAll], [Activate, RefreshAllBank, RefreshPerBank], t => t.RP),
            new(Level.Rank, [Precharge, PrechargeAll], [Precharge, PrechargeAll], t => t.PPD),
            new(Level.Rank, [Precharge], [RefreshAllBank], t => t.RP),
            new(Level.Rank, [Activate], [RefreshAllBank], t => t.RC),
            new(Level.Rank, [ReadAutoPrecharge], [RefreshAllBank], t => t.RTP + t.RP),
            new(Level.Rank, [WriteAutoPrecharge], [RefreshAllBank], t => t.CWL + t.BL + t.WR + t.RP),
            new(Level.Rank, [RefreshAllBank], [Activate, PrechargeAll, RefreshAllBank, RefreshPerBank], t => t.RFCab),
            new(Level.Rank, [Activate], [RefreshPerBank], t => t.RRDL),
            new(Level.Rank, [RefreshPerBank], [Activate, RefreshPerBank], t => t.RREFD),
            new(Level.Rank, [RefreshPerBank], [RefreshAllBank], t => t.RFCpb),
            new(Level.BankGroup, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDL),
            new(Level.BankGroup, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDL),
            new(Level.BankGroup, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.WTRL),
            new(Level.BankGroup, [Activate], [Activate], t => t.RRDL),
            new(Level.Bank, [Activate], [Activate], t => t.RC),
            new(Level.Bank, [Activate], [Read, ReadAutoPrecharge], t => t.RCDRD),
            new(Level.Bank, [Activate], [Write, WriteAutoPrecharge], t => t.RCDWR),
            new(Level.Bank, [Activate], [Precharge], t => t.RAS),
            new(Level.Bank, [Precharge], [Activate, RefreshPerBank], t => t.RP),
            new(Level.Bank, [Read], [Precharge], t => t.RTP),
            new(Level.Bank, [Write], [Precharge], t => t.CWL + t.BL + t.WR),
            new(Level.Bank, [ReadAutoPrecharge], [Activate, RefreshPerBank], t => t.RTP + t.RP),
            new(Level.Bank, [WriteAutoPrecharge], [Activate, RefreshPerBank], t => t.CWL + t.BL + t.WR + t.RP),
            new(Level.Bank, [Activate], [RefreshPerBank], t => t.RC),
            new(Level.Bank, [RefreshPerBank], [Activate, RefreshPerBank], t => t.RFCpb),
        ],
        Organisations =
        [
            new("8Gb_x16", 4096, 16, BankGroups: 4, BanksPerGroup: 4, Rows: 16384, Columns: 1024),
            new("16Gb_x16", 8192, 16, BankGroups: 4, BanksPerGroup: 4, Rows: 32768, Columns: 1024),
        ],
        Bins =
        [
            new("GDDR6-14000", 14000, 28000,
                _ => new Gddr6Timings
                {
                    BL = 2, CL = 24, CWL = 6, RCDRD = 27, RCDWR = 16, RP = 27, RAS = 53, RC = 79, WR = 27, RTP = 4, PPD = 1, CCDS = 2, CCDL = 4,
                    RRDS = 8, RRDL = 8, WTRS = 9, WTRL = 11, FAW = 29, RFCab = 211, RFCpb = 106, RREFD = 15, REFI = 3333,
                },
                (device, t) => new SupplyCurrents(1.35, 71, 60, 61, 248, 231, 286, "DRAMsim3 2981759 GDDR6_8Gb_x16.ini")
                    .ToEnergy(device.DevicesPerRank, device.TickNanoseconds, t.RC, t.RAS, t.BL, t.RFCab),
                Preset),
        ],
    };
}
