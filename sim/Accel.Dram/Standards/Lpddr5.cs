using static Accel.Dram.Standards.Command;

namespace Accel.Dram.Standards;

/// <summary>Timings of LPDDR5 in CK cycles (WCK runs four times as fast).</summary>
public sealed record Lpddr5Timings
{
    public required int BL { get; init; }
    public required int CL { get; init; }
    public required int CWL { get; init; }
    public required int RCD { get; init; }
    public required int RPpb { get; init; }
    public required int RPab { get; init; }
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

    /// <summary>Per-bank refresh to per-bank refresh of another bank.</summary>
    public required int PBR2PBR { get; init; }

    /// <summary>Per-bank refresh to activate of another bank.</summary>
    public required int PBR2ACT { get; init; }
    public required int REFI { get; init; }

    /// <summary>Rank-to-rank switch.</summary>
    public required int CS { get; init; }
}

/// <summary>LPDDR5 SDRAM: one 16-bit channel in bank-group mode, WCK:CK = 4:1.</summary>
public static class Lpddr5
{
    private const string Preset =
        "CMU-SAFARI/ramulator2 v2.1 (c5b1c3a) dram/lpddr5.py preset LPDDR5_8Gb_x16 + LPDDR5_6400, whose comments cite JESD209-5B tables 235, 330, 372";

    /// <summary>
    /// The standard. Bursts of 16 take 2 CK of the data bus; two to one bank group start 4 CK apart. WCK runs all the time (its always-on mode),
    /// so no CAS command precedes a burst (tCAS 0 in the source). ACT-1 and ACT-2 are two one-cycle commands with a free cycle between them,
    /// so that column commands every second cycle go on; timings count from ACT-1. A per-bank refresh covers one bank every tREFI/16;
    /// the device refreshes two banks every tREFI/8, the same share of bank time.
    /// </summary>
    public static DramStandard<Lpddr5Timings> Standard { get; } = new()
    {
        Name = "LPDDR5",
        Source = Preset,
        BurstBeats = 16,
        BeatsPerTick = 8,
        DataBits = 16,
        BusUses = Standards.BusUses.Shared(activate: 0b101, column: 0b1, other: 0b1),
        ReadLatency = t => t.CL,
        WriteLatency = t => t.CWL,
        Burst = t => t.BL,
        ColumnToColumn = t => t.CCDS,
        RefreshInterval = t => t.REFI,
        Gaps =
        [
            new(Level.Rank, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDS),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDS),
            new(Level.Rank, [Read, ReadAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CL + t.BL + 2 - t.CWL),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.WTRS),
            new(Level.Rank, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.BL + t.CS, Sibling: true),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.BL + t.CS, Sibling: true),
            new(Level.Rank, [Read, ReadAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CL + t.BL + t.CS - t.CWL, Sibling: true),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.CS - t.CL, Sibling: true),
            new(Level.Rank, [Read, ReadAutoPrecharge], [PrechargeAll], t => t.RTP),
            new(Level.Rank, [Write, WriteAutoPrecharge], [PrechargeAll], t => t.CWL + t.BL + t.WR),
            new(Level.Rank, [Activate], [Activate], t => t.RRDS),
            new(Level.Rank, [Activate], [Activate], t => t.FAW, Window: 4),
            new(Level.Rank, [Activate], [PrechargeAll], t => t.RAS),
            new(Level.Rank, [PrechargeAll], [Activate, RefreshPerBank], t => t.RPab),
            new(Level.Rank, [Precharge, PrechargeAll], [Precharge, PrechargeAll], t => t.PPD),
            new(Level.Rank, [Activate], [RefreshAllBank], t => t.RC),
            new(Level.Rank, [PrechargeAll], [RefreshAllBank], t => t.RPab),
            new(Level.Rank, [Precharge], [RefreshAllBank], t => t.RPpb),
            new(Level.Rank, [ReadAutoPrecharge], [RefreshAllBank], t => t.RTP + t.RPpb),
            new(Level.Rank, [WriteAutoPrecharge], [RefreshAllBank], t => t.CWL + t.BL + t.WR + t.RPpb),
            new(Level.Rank, [RefreshAllBank], [Activate, PrechargeAll, RefreshAllBank, RefreshPerBank], t => t.RFCab),
            new(Level.Rank, [RefreshPerBank], [RefreshAllBank], t => t.RFCpb),
            new(Level.Rank, [RefreshPerBank], [RefreshPerBank], t => t.PBR2PBR),
            new(Level.Rank, [RefreshPerBank], [Activate], t => t.PBR2ACT),
            new(Level.Rank, [Activate], [RefreshPerBank], t => t.RRDS),
            new(Level.BankGroup, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDL),
            new(Level.BankGroup, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDL),
            new(Level.BankGroup, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.WTRL),
            new(Level.BankGroup, [Activate], [Activate], t => t.RRDL),
            new(Level.Bank, [Activate], [Activate], t => t.RC),
            new(Level.Bank, [Activate], [Read, ReadAutoPrecharge, Write, WriteAutoPrecharge], t => t.RCD),
            new(Level.Bank, [Activate], [Precharge], t => t.RAS),
            new(Level.Bank, [Precharge], [Activate, RefreshPerBank], t => t.RPpb),
            new(Level.Bank, [Read], [Precharge], t => t.RTP),
            new(Level.Bank, [Write], [Precharge], t => t.CWL + t.BL + t.WR),
            new(Level.Bank, [ReadAutoPrecharge], [Activate, RefreshPerBank], t => t.RTP + t.RPpb),
            new(Level.Bank, [WriteAutoPrecharge], [Activate, RefreshPerBank], t => t.CWL + t.BL + t.WR + t.RPpb),
            new(Level.Bank, [Activate], [RefreshPerBank], t => t.RC),
            new(Level.Bank, [RefreshPerBank], [Activate, RefreshPerBank], t => t.RFCpb),
        ],
        Organisations =
        [
            new("8Gb_x16", 8192, 16, BankGroups: 4, BanksPerGroup: 4, Rows: 32768, Columns: 1024),
            new("16Gb_x16", 16384, 16, BankGroups: 4, BanksPerGroup: 4, Rows: 65536, Columns: 1024),
        ],
        Bins =
        [
            new("LPDDR5-6400", 6400, 12800,
                o => new Lpddr5Timings
                {
                    BL = 2, CL = 17, CWL = 9, RCD = 15, RPpb = 15, RPab = 17, RAS = 34, RC = 49, WR = 28, RTP = 8, PPD = 2, CCDS = 2, CCDL = 4,
                    RRDS = 4, RRDL = 4, WTRS = 5, WTRL = 10, FAW = 16, RFCab = o.DensityMebibits <= 8192 ? 168 : 224,
                    RFCpb = o.DensityMebibits <= 8192 ? 96 : 128, PBR2PBR = 72, PBR2ACT = 6, REFI = 3125, CS = 2,
                },
                (device, _) => new EnergyPerBit(4.5, "about 4.5 pJ/bit, range 4 to 6, medium confidence: no current table at hand").ToEnergy(device.AccessBytes),
                Preset),
        ],
    };
}
