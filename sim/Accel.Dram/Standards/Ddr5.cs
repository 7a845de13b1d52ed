using static Accel.Dram.Standards.Command;

namespace Accel.Dram.Standards;

/// <summary>Timings of DDR5, in clock cycles.</summary>
public sealed record Ddr5Timings
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

    /// <summary>Precharge to precharge.</summary>
    public required int PPD { get; init; }
    public required int CCDS { get; init; }
    public required int CCDL { get; init; }

    /// <summary>Write to write in one bank group: a write shorter than the device's code word is read, changed and written back.</summary>
    public required int CCDLWrite { get; init; }
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

/// <summary>DDR5 SDRAM: one 32-bit subchannel of x8 devices.</summary>
public static class Ddr5
{
    private const string Preset = "CMU-SAFARI/ramulator2 v2.1 (c5b1c3a) dram/ddr5.py, whose comments cite JESD79-5";

    /// <summary>The standard. Activate, read and write take two cycles of the command bus; gaps count from first cycle to first cycle.</summary>
    public static DramStandard<Ddr5Timings> Standard { get; } = new()
    {
        Name = "DDR5",
        Source = Preset,
        BurstBeats = 16,
        BeatsPerTick = 2,
        DataBits = 32,
        BusUses = Standards.BusUses.Shared(activate: 0b11, column: 0b11, other: 0b1),
        ReadLatency = t => t.CL,
        WriteLatency = t => t.CWL,
        Burst = t => t.BL,
        ColumnToColumn = t => t.CCDS,
        RefreshInterval = t => t.REFI,
        Gaps =
        [
            new(Level.Rank, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDS),
            new(Level.Rank, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDS),
            new(Level.Rank, [Read, ReadAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CL + t.BL + 4 - t.CWL),
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
            new(Level.Rank, [Precharge, PrechargeAll], [Precharge, PrechargeAll], t => t.PPD),
            new(Level.Rank, [Activate], [RefreshAllBank], t => t.RC),
            new(Level.Rank, [Precharge, PrechargeAll], [RefreshAllBank], t => t.RP),
            new(Level.Rank, [ReadAutoPrecharge], [RefreshAllBank], t => t.RTP + t.RP),
            new(Level.Rank, [WriteAutoPrecharge], [RefreshAllBank], t => t.CWL + t.BL + t.WR + t.RP),
            new(Level.Rank, [RefreshAllBank], [Activate, PrechargeAll, RefreshAllBank], t => t.RFC),
            new(Level.BankGroup, [Read, ReadAutoPrecharge], [Read, ReadAutoPrecharge], t => t.CCDL),
            new(Level.BankGroup, [Write, WriteAutoPrecharge], [Write, WriteAutoPrecharge], t => t.CCDLWrite),
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
            new("16Gb_x8", 16384, 8, BankGroups: 8, BanksPerGroup: 4, Rows: 65536, Columns: 1024),
            new("8Gb_x8", 8192, 8, BankGroups: 8, BanksPerGroup: 2, Rows: 65536, Columns: 1024),
            new("32Gb_x8", 32768, 8, BankGroups: 8, BanksPerGroup: 4, Rows: 131072, Columns: 1024),
        ],
        Bins =
        [
            Bin("DDR5-4800", 4800, 19200, 416, cl: 36, cwl: 34, ras: 77, wr: 72, rtp: 18, ccdl: 12, ccdlWrite: 48, rrdl: 12, wtrs: 6, wtrl: 24, faw: 48),
            Bin("DDR5-5600", 5600, 22400, 357, cl: 40, cwl: 38, ras: 90, wr: 84, rtp: 20, ccdl: 12, ccdlWrite: 56, rrdl: 14, wtrs: 5, wtrl: 28, faw: 56),
            Bin("DDR5-6400", 6400, 25600, 312, cl: 46, cwl: 44, ras: 103, wr: 96, rtp: 24, ccdl: 16, ccdlWrite: 64, rrdl: 16, wtrs: 5, wtrl: 32, faw: 64),
        ],
    };

    /// <remarks>
    /// tRRD_L of the 5600 and 6400 bins is 5 ns by JESD79-5's rule max(8 nCK, 5 ns), rounded up in the bin's own clock;
    /// tFAW of these bins is 20 ns (1 KB page) rounded the same way, tRRD_S the 8 nCK floor.
    /// </remarks>
    private static SpeedBin<Ddr5Timings> Bin(
        string name, int rate, double peak, int tickPicoseconds,
        int cl, int cwl, int ras, int wr, int rtp, int ccdl, int ccdlWrite, int rrdl, int wtrs, int wtrl, int faw) =>
        new(name, rate, peak,
            organisation => new Ddr5Timings
            {
                BL = 8, CL = cl, CWL = cwl, RCD = cl, RP = cl, RAS = ras, RC = ras + cl, WR = wr, RTP = rtp, PPD = 2, CCDS = 8, CCDL = ccdl,
                CCDLWrite = ccdlWrite, RRDS = 8, RRDL = rrdl, WTRS = wtrs, WTRL = wtrl, FAW = faw,
                RFC = RefreshTicks(organisation, tickPicoseconds), REFI = (3_900_000 + tickPicoseconds - 1) / tickPicoseconds, CS = 2,
            },
            (device, _) => new EnergyPerBit(15, "about 15 pJ/bit, range 12 to 20, low confidence: no current table at hand").ToEnergy(device.AccessBytes),
            Preset);

    /// <summary>JESD79-5 tRFC1: 195, 295 and 410 ns for 8, 16 and 32 Gb.</summary>
    private static int RefreshTicks(Organisation organisation, int tickPicoseconds)
    {
        var nanoseconds = organisation.DensityMebibits switch { <= 8192 => 195, <= 16384 => 295, _ => 410 };
        return (nanoseconds * 1000 + tickPicoseconds - 1) / tickPicoseconds;
    }
}
