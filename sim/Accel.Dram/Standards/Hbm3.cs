using static Accel.Dram.Standards.Command;

namespace Accel.Dram.Standards;

/// <summary>Timings of HBM3 in half CK cycles.</summary>
public sealed record Hbm3Timings
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

    /// <summary>Column command to column command of another stack height.</summary>
    public required int CCDR { get; init; }
    public required int RRDS { get; init; }
    public required int RRDL { get; init; }
    public required int WTRS { get; init; }
    public required int WTRL { get; init; }

    /// <summary>Read to write.</summary>
    public required int RTW { get; init; }
    public required int FAW { get; init; }
    public required int RFC { get; init; }
    public required int RFCpb { get; init; }

    /// <summary>Per-bank refresh to a command of another bank.</summary>
    public required int RREFD { get; init; }
    public required int REFI { get; init; }
}

/// <summary>HBM3: a channel is two 32-bit pseudo-channels that share a row and a column command bus; ranks are stack heights (SID).</summary>
public static class Hbm3
{
    private const string Preset =
        "CMU-SAFARI/ramulator2 v2.1 (c5b1c3a) dram/hbm3.py preset HBM3_16Gb_8hi + HBM3_6400Mbps, whose comments cite JESD238 table 84";

    /// <summary>
    /// The standard. A tick is half a CK: activate takes 1.5 CK of the row bus, other row commands half a CK, column commands one CK.
    /// tRRD and tFAW bind all stack heights of a pseudo-channel; refresh is per stack height.
    /// </summary>
    public static DramStandard<Hbm3Timings> Standard { get; } = new()
    {
        Name = "HBM3",
        Source = Preset,
        BurstBeats = 8,
        BeatsPerTick = 2,
        DataBits = 32,
        PseudoChannels = 2,
        BusUses = Standards.BusUses.RowAndColumn(activate: 0b111, column: 0b11, otherRow: 0b1),
        ReadLatency = t => t.CL,
        WriteLatency = t => t.CWL,
        Burst = t => t.BL,
        ColumnToColumn = t => t.CCDS,
        RefreshInterval = t => t.REFI,
        Gaps =
        [
            new(Level.PseudoChannel, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDS),
            new(Level.PseudoChannel, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDS),
            new(Level.PseudoChannel, [Read, ReadAutoPrecharge], [Write, WriteAutoPrecharge], t => t.RTW),
            new(Level.PseudoChannel, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.WTRS),
            new(Level.Rank, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDR, Sibling: true),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDR, Sibling: true),
            new(Level.Rank, [Read, ReadAutoPrecharge], [PrechargeAll], t => t.RTP),
            new(Level.Rank, [Write, WriteAutoPrecharge], [PrechargeAll], t => t.CWL + t.BL + t.WR),
            new(Level.PseudoChannel, [Activate], [Activate], t => t.RRDS),
            new(Level.PseudoChannel, [Activate], [Activate], t => t.FAW, Window: 4),
            new(Level.Rank, [Activate], [PrechargeAll], t => t.RAS),
            new(Level.Rank, [PrechargeAll], [Activate, RefreshPerBank], t => t.RP),
            new(Level.PseudoChannel, [Precharge, PrechargeAll], [Precharge, PrechargeAll], t => t.PPD),
            new(Level.Rank, [Activate], [RefreshAllBank], t => t.RC),
            new(Level.Rank, [Precharge, PrechargeAll], [RefreshAllBank], t => t.RP),
            new(Level.Rank, [ReadAutoPrecharge], [RefreshAllBank], t => t.RTP + t.RP),
            new(Level.Rank, [WriteAutoPrecharge], [RefreshAllBank], t => t.CWL + t.BL + t.WR + t.RP),
            new(Level.Rank, [RefreshAllBank], [Activate, PrechargeAll, RefreshAllBank, RefreshPerBank], t => t.RFC),
            new(Level.Rank, [RefreshPerBank], [RefreshAllBank], t => t.RFCpb),
            new(Level.PseudoChannel, [RefreshPerBank], [Activate, RefreshPerBank], t => t.RREFD),
            new(Level.PseudoChannel, [Activate], [RefreshPerBank], t => t.RRDS),
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
            new("16Gb_8hi", 2048, 32, BankGroups: 4, BanksPerGroup: 4, Rows: 16384, Columns: 256, Ranks: 2),
            new("16Gb_4hi", 2048, 32, BankGroups: 4, BanksPerGroup: 4, Rows: 16384, Columns: 256, Ranks: 1),
            new("16Gb_16hi", 2048, 32, BankGroups: 4, BanksPerGroup: 4, Rows: 16384, Columns: 256, Ranks: 4),
            new("32Gb_8hi", 4096, 32, BankGroups: 4, BanksPerGroup: 4, Rows: 32768, Columns: 256, Ranks: 2),
            new("32Gb_16hi", 4096, 32, BankGroups: 4, BanksPerGroup: 4, Rows: 32768, Columns: 256, Ranks: 4),
        ],
        Bins =
        [
            new("HBM3-6400", 6400, 25600,
                organisation => new Hbm3Timings
                {
                    BL = 4, CL = 40, CWL = 20, RCDRD = 62, RCDWR = 30, RP = 52, RAS = 90, RC = 144, WR = 66, RTP = 18, PPD = 4, CCDS = 4, CCDL = 8,
                    CCDR = 6, RRDS = 8, RRDL = 10, WTRS = 14, WTRL = 20, RTW = 40, FAW = 48, RFC = RefreshTicks(organisation), RFCpb = 640, RREFD = 16, REFI = 12480,
                },
                (device, _) => new EnergyPerBit(3.5, "3.5 pJ/bit, range 3 to 4, medium confidence: no current table at hand").ToEnergy(device.AccessBytes),
                Preset),
        ],
    };

    /// <summary>
    /// 260 ns for 4 Gb in a channel, 350 ns for 8 Gb, 450 ns for 16 Gb (JESD238 table 93, as cited by the preset's source for dies of up to
    /// 16 Gb); 550 ns for 32 Gb is that source's estimate, as is the use of 450 ns with dies of 32 Gb. A tick is 312.5 ps.
    /// </summary>
    private static int RefreshTicks(Organisation organisation)
    {
        var channelMebibits = 2 * organisation.DensityMebibits * organisation.Ranks;
        return channelMebibits switch { <= 4096 => 832, <= 8192 => 1120, <= 16384 => 1440, _ => 1760 };
    }
}
