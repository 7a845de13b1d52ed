using static Accel.Dram.Standards.Command;

namespace Accel.Dram.Standards;

/// <summary>Timings of DDR4, in clock cycles.</summary>
public sealed record Ddr4Timings
{
    public required int BL { get; init; }
    public required int CL { get; init; }
    public required int CWL { get; init; }
    public required int RCD { get; init; }
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
    public required int REFI { get; init; }

    /// <summary>Rank-to-rank switch.</summary>
    public required int CS { get; init; }
}

/// <summary>DDR4 SDRAM: one 64-bit channel of x8 devices.</summary>
public static class Ddr4
{
    private const string Preset = "CMU-SAFARI/ramulator2 v2.1 (c5b1c3a) dram/ddr4.py, whose comments cite JESD79-4";

    /// <summary>The standard. tRFC of 8 Gb parts is 350 ns (JESD79-4 tRFC1, also DRAMsim3 2981759); the preset's 360 ns disagrees and is not taken.</summary>
    public static DramStandard<Ddr4Timings> Standard { get; } = new()
    {
        Name = "DDR4",
        Source = Preset,
        BurstBeats = 8,
        BeatsPerTick = 2,
        DataBits = 64,
        BusUses = Standards.BusUses.OneTickEach(),
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
            new(Level.Rank, [Read, ReadAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CL + t.BL + t.CS - t.CWL, Sibling: true),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.BL + t.CS, Sibling: true),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.CS - t.CL, Sibling: true),
            new(Level.Rank, [Read, ReadAutoPrecharge], [PrechargeAll], t => t.RTP),
            new(Level.Rank, [Write, WriteAutoPrecharge], [PrechargeAll], t => t.CWL + t.BL + t.WR),
            new(Level.Rank, [Activate], [Activate], t => t.RRDS),
            new(Level.Rank, [Activate], [Activate], t => t.FAW, Window: 4),
            new(Level.Rank, [Activate], [PrechargeAll], t => t.RAS),
            new(Level.Rank, [PrechargeAll], [Activate], t => t.RP),
            new(Level.Rank, [Activate], [RefreshAllBank], t => t.RC),
            new(Level.Rank, [Precharge, PrechargeAll], [RefreshAllBank], t => t.RP),
            new(Level.Rank, [ReadAutoPrecharge], [RefreshAllBank], t => t.RTP + t.RP),
            new(Level.Rank, [WriteAutoPrecharge], [RefreshAllBank], t => t.CWL + t.BL + t.WR + t.RP),
            new(Level.Rank, [RefreshAllBank], [Activate, PrechargeAll, RefreshAllBank], t => t.RFC),
            new(Level.BankGroup, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDL),
            new(Level.BankGroup, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDL),
            new(Level.BankGroup, [Write, WriteAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CWL + t.BL + t.WTRL),
            new(Level.BankGroup, [Activate], [Activate], t => t.RRDL),
            new(Level.Bank, [Activate], [Activate], t => t.RC),
            new(Level.Bank, [Activate], [Read, ReadAutoPrecharge, Write, WriteAutoPrecharge], t => t.RCD),
            new(Level.Bank, [Activate], [Precharge], t => t.RAS),
            new(Level.Bank, [Precharge], [Activate], t => t.RP),
            new(Level.Bank, [Read], [Precharge], t => t.RTP),
            new(Level.Bank, [Write], [Precharge], t => t.CWL + t.BL + t.WR),
            new(Level.Bank, [ReadAutoPrecharge], [Activate], t => t.RTP + t.RP),
            new(Level.Bank, [WriteAutoPrecharge], [Activate], t => t.CWL + t.BL + t.WR + t.RP),
        ],
        Organisations =
        [
            new("8Gb_x8", 8192, 8, BankGroups: 4, BanksPerGroup: 4, Rows: 65536, Columns: 1024),
            new("4Gb_x8", 4096, 8, BankGroups: 4, BanksPerGroup: 4, Rows: 32768, Columns: 1024),
            new("16Gb_x8", 16384, 8, BankGroups: 4, BanksPerGroup: 4, Rows: 131072, Columns: 1024),
        ],
        Bins =
        [
            Bin("DDR4-3200", 3200, 25600, 625, cl: 22, cwl: 16, ras: 52, wr: 24, rtp: 12, ccdl: 8, rrdl: 8, wtrs: 4, wtrl: 12, faw: 34, refi: 12480,
                new SupplyCurrents(1.2, 57, 37, 52, 168, 150, 250, "DRAMsim3 2981759 DDR4_8Gb_x8_3200.ini")),
            Bin("DDR4-2666", 2666, 21328, 750, cl: 19, cwl: 14, ras: 43, wr: 20, rtp: 10, ccdl: 7, rrdl: 7, wtrs: 4, wtrl: 10, faw: 28, refi: 10400,
                new SupplyCurrents(1.2, 48, 34, 43, 135, 123, 250, "DRAMsim3 2981759 DDR4_8Gb_x8_2400.ini, the nearest listed bin")),
            Bin("DDR4-2400", 2400, 19200, 833, cl: 17, cwl: 12, ras: 39, wr: 18, rtp: 9, ccdl: 6, rrdl: 6, wtrs: 3, wtrl: 9, faw: 26, refi: 9364,
                new SupplyCurrents(1.2, 48, 34, 43, 135, 123, 250, "DRAMsim3 2981759 DDR4_8Gb_x8_2400.ini")),
        ],
    };

    private static SpeedBin<Ddr4Timings> Bin(
        string name, int rate, double peak, int tickPicoseconds,
        int cl, int cwl, int ras, int wr, int rtp, int ccdl, int rrdl, int wtrs, int wtrl, int faw, int refi, SupplyCurrents currents) =>
        new(name, rate, peak,
            organisation => new Ddr4Timings
            {
                BL = 4, CL = cl, CWL = cwl, RCD = cl, RP = cl, RAS = ras, RC = ras + cl, WR = wr, RTP = rtp, CCDS = 4, CCDL = ccdl, RRDS = 4,
                RRDL = rrdl, WTRS = wtrs, WTRL = wtrl, FAW = faw, RFC = RefreshTicks(organisation, tickPicoseconds), REFI = refi, CS = 2,
            },
            (device, t) => currents.ToEnergy(device.DevicesPerRank, device.TickNanoseconds, t.RC, t.RAS, t.BL, t.RFC),
            Preset);

    /// <summary>JESD79-4 tRFC1: 260, 350 and 550 ns for 4, 8 and 16 Gb.</summary>
    private static int RefreshTicks(Organisation organisation, int tickPicoseconds)
    {
        var nanoseconds = organisation.DensityMebibits switch { <= 4096 => 260, <= 8192 => 350, _ => 550 };
        return (nanoseconds * 1000 + tickPicoseconds - 1) / tickPicoseconds;
    }
}
