using static Accel.Dram.Standards.Command;

namespace Accel.Dram.Standards;

/// <summary>Timings of HBM2 in CK cycles.</summary>
public sealed record Hbm2Timings
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
    public required int CCDS { get; init; }
    public required int CCDL { get; init; }
    public required int RRDS { get; init; }
    public required int RRDL { get; init; }
    public required int WTRS { get; init; }
    public required int WTRL { get; init; }
    public required int FAW { get; init; }
    public required int RFC { get; init; }
    public required int RFCpb { get; init; }

    /// <summary>Per-bank refresh to a command of another bank.</summary>
    public required int RREFD { get; init; }
    public required int REFI { get; init; }
}

/// <summary>HBM2 in pseudo-channel mode: a channel is two 64-bit pseudo-channels that share a row and a column command bus.</summary>
public static class Hbm2
{
    private const string Preset =
        "CMU-SAFARI/ramulator2 v2.1 (c5b1c3a) dram/hbm2.py preset HBM2_8Gb, whose comments cite JESD235D";

    /// <summary>
    /// The standard. Pseudo-channel figures, not DRAMsim3's legacy-mode ones (128 bits, tCCD_S 1); tRFCpb 160 ns, not copied from tRFC.
    /// Every bank is refreshed once per tREFI, so a per-bank refresh comes every tREFI/16 = 243 cycles (DRAMSys: 244).
    /// </summary>
    public static DramStandard<Hbm2Timings> Standard { get; } = new()
    {
        Name = "HBM2",
        Source = Preset,
        BurstBeats = 4,
        BeatsPerTick = 2,
        DataBits = 64,
        PseudoChannels = 2,
        BusUses = Standards.BusUses.RowAndColumn(activate: 0b11, column: 0b1, otherRow: 0b1),
        ReadLatency = t => t.CL,
        WriteLatency = t => t.CWL,
        Burst = t => t.BL,
        ColumnToColumn = t => t.CCDS,
        RefreshInterval = t => t.REFI,
        Gaps =
        [
            new(Level.PseudoChannel, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDS),
            new(Level.PseudoChannel, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDS),
            new(Level.PseudoChannel, [Read, ReadAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CL + t.BL + 2 - t.CWL),
            new(Level.PseudoChannel, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.WTRS),
            new(Level.Rank, [Read, ReadAutoPrecharge], [PrechargeAll], t => t.RTP),
            new(Level.Rank, [Write, WriteAutoPrecharge], [PrechargeAll], t => t.CWL + t.BL + t.WR),
            new(Level.PseudoChannel, [Activate], [Activate], t => t.RRDS),
            new(Level.PseudoChannel, [Activate], [Activate], t => t.FAW, Window: 4),
            new(Level.Rank, [Activate], [PrechargeAll], t => t.RAS),
            new(Level.Rank, [PrechargeAll], [Activate, RefreshPerBank], t => t.RP),
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
            new("8Gb", 8192, 64, BankGroups: 4, BanksPerGroup: 4, Rows: 65536, Columns: 128),
            new("4Gb", 4096, 64, BankGroups: 4, BanksPerGroup: 4, Rows: 32768, Columns: 128),
        ],
        Bins =
        [
            new("HBM2-2000", 2000, 16000,
                o => new Hbm2Timings
                {
                    BL = 2, CL = 14, CWL = 5, RCDRD = 14, RCDWR = 12, RP = 14, RAS = 34, RC = 48, WR = 16, RTP = 5, CCDS = 2, CCDL = 4, RRDS = 4,
                    RRDL = 4, WTRS = 6, WTRL = 8, FAW = 15, RFC = o.DensityMebibits <= 4096 ? 260 : 350, RFCpb = 160, RREFD = 8, REFI = 3900,
                },
                Energy, Preset),
            new("HBM2-2400", 2400, 19200,
                o => new Hbm2Timings
                {
                    BL = 2, CL = 17, CWL = 6, RCDRD = 17, RCDWR = 14, RP = 17, RAS = 40, RC = 57, WR = 19, RTP = 6, CCDS = 2, CCDL = 4, RRDS = 5,
                    RRDL = 5, WTRS = 8, WTRL = 10, FAW = 19, RFC = o.DensityMebibits <= 4096 ? 313 : 421, RFCpb = 193, RREFD = 10, REFI = 4682,
                },
                Energy, Preset),
        ],
    };

    /// <summary>The currents are of a 128-bit channel: half a device per pseudo-channel.</summary>
    private static EnergyFigures Energy(DramDevice device, Hbm2Timings t) =>
        new SupplyCurrents(1.2, 65, 40, 55, 390, 500, 250, "DRAMsim3 2981759 HBM2_8Gb_x128.ini, halved for one pseudo-channel")
            .ToEnergy(0.5, device.TickNanoseconds, t.RC, t.RAS, t.BL, t.RFC);
}
