using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Standards;

namespace Accel.Dram.Reports;

/// <summary>What a simulation found. All numbers derive from the counters and the configuration.</summary>
public sealed class DramReport
{
    private readonly Counters[][] _parts;
    private readonly LatencyHistogram _shared;

    internal DramReport(DramConfig config, SimulationMode mode, Counters[][] parts, LatencyHistogram shared)
    {
        Config = config;
        Mode = mode;
        (_parts, _shared) = (parts, shared);
        Total = new Counters();
        foreach (var part in parts.SelectMany(p => p))
        {
            Total.Add(part);
        }

        Total.Latencies.Add(shared, times: 1, Total[Peak.ReadLatency]);
    }

    public DramConfig Config { get; }

    public SimulationMode Mode { get; }

    /// <summary>The mapping as used, aliases resolved.</summary>
    public required string Mapping { get; init; }

    /// <summary>The cycle of the last completion.</summary>
    public required Cycles Cycles { get; init; }

    /// <summary>All cycles below this one were simulated.</summary>
    public required Cycles SimulatedCycles { get; init; }

    /// <summary>Requests still in queues: 0 at the end of a run.</summary>
    public required int Queued { get; init; }

    /// <summary>Transfers not completed: 0 at the end of a run.</summary>
    public required int TransfersUnderWay { get; init; }

    /// <summary>Counts over all pseudo-channels.</summary>
    public Counters Total { get; }

    /// <summary>Counts of one pseudo-channel. Its latencies are empty where channels were simulated together: the total has them.</summary>
    public Counters CountersOf(int channel, int pseudoChannel) => _parts[channel][pseudoChannel];

    /// <summary>The report of one memory that does what two of the same configuration did, the other's time beginning where this one's ends.</summary>
    public DramReport Then(DramReport next)
    {
        var parts = _parts.Zip(next._parts, (mine, its) => mine.Zip(its, (a, b) => Sum(a, b)).ToArray()).ToArray();
        var shared = new LatencyHistogram();
        var largest = Math.Max(Total[Peak.ReadLatency], next.Total[Peak.ReadLatency]);
        shared.Add(_shared, times: 1, largest);
        shared.Add(next._shared, times: 1, largest);
        return new DramReport(Config, Mode, parts, shared)
        {
            Mapping = Mapping,
            Cycles = new Cycles(SimulatedCycles.Value + next.Cycles.Value),
            SimulatedCycles = new Cycles(SimulatedCycles.Value + next.SimulatedCycles.Value),
            Queued = next.Queued,
            TransfersUnderWay = next.TransfersUnderWay,
        };
    }

    private static Counters Sum(Counters a, Counters b)
    {
        var sum = a.Copy();
        sum.Add(b);
        return sum;
    }

    /// <summary>Pseudo-channels of all channels.</summary>
    public int Parts => _parts.Sum(p => p.Length);

    public long Requests => Total[Counter.Reads] + Total[Counter.Writes];

    public long Activates => Total[Command.Activate];

    /// <summary>All-bank and per-bank refresh commands.</summary>
    public long Refreshes => Total[Command.RefreshAllBank] + Total[Command.RefreshPerBank];

    /// <summary>Bytes over the data buses: column commands times access size. Forwarded and merged requests move none.</summary>
    public UInt128 BytesMoved => (UInt128)ColumnCommands * (UInt128)Config.Device.AccessBytes;

    /// <summary>Simulated time up to the last completion, in seconds.</summary>
    public double Seconds => Cycles.Value / (double)Config.Device.Clock.Value;

    /// <summary>Bytes of all requests over the time to the last completion.</summary>
    public double AchievedBytesPerSecond => Seconds > 0 ? Requests * (double)Config.Device.AccessBytes / Seconds : 0;

    public double AverageReadLatency => Ratio(Total[Counter.ReadLatency], Total[Counter.Reads]);

    public double AverageWriteLatency => Ratio(Total[Counter.WriteLatency], Total[Counter.Writes]);

    /// <summary>Share of the data buses' time with data on them.</summary>
    public double DataBusUtilisation => Ratio(ColumnCommands * (double)Config.Device.BurstTicks, Cycles.Value * (double)Parts);

    /// <summary>Share of the command buses' time with a command on them.</summary>
    public double CommandBusUtilisation
    {
        get
        {
            var taken = 0.0;
            foreach (var use in Config.Device.BusUses)
            {
                taken += System.Numerics.BitOperations.PopCount(use.Cycles) * (double)Total[use.Command];
            }

            return Ratio(taken, SimulatedCycles.Value * (double)_parts.Length * (Config.Device.SplitBuses ? 2 : 1));
        }
    }

    /// <summary>Mean entries in the read queue of a pseudo-channel.</summary>
    public double AverageReadQueue => Ratio(Total[Counter.ReadQueueTicks], Cycles.Value * (double)Parts);

    /// <summary>Mean entries in the write queue of a pseudo-channel.</summary>
    public double AverageWriteQueue => Ratio(Total[Counter.WriteQueueTicks], Cycles.Value * (double)Parts);

    /// <summary>Energy by use.</summary>
    public EnergyReport Energy
    {
        get
        {
            var figures = Config.Device.Energy;
            var rankTicks = SimulatedCycles.Value * (double)Parts * Config.Device.Ranks;
            var active = (double)Total[Counter.ActiveRankTicks];
            var perBankShare = 1.0 / Config.Device.BanksPerRank;
            return new EnergyReport(
                Activate: Total[Command.Activate] * figures.ActivatePicojoules * 1e-12,
                Read: (Total[Command.Read] + Total[Command.ReadAutoPrecharge]) * figures.ReadPicojoules * 1e-12,
                Write: (Total[Command.Write] + Total[Command.WriteAutoPrecharge]) * figures.WritePicojoules * 1e-12,
                Refresh: (Total[Command.RefreshAllBank] + Total[Command.RefreshPerBank] * perBankShare) * figures.RefreshPicojoules * 1e-12,
                Standby: (active * figures.ActiveTickPicojoules + (rankTicks - active) * figures.IdleTickPicojoules) * 1e-12,
                figures.Source);
        }
    }

    private long ColumnCommands =>
        Total[Command.Read] + Total[Command.ReadAutoPrecharge] + Total[Command.Write] + Total[Command.WriteAutoPrecharge];

    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}

/// <summary>Energy in joules, by use.</summary>
public sealed record EnergyReport(double Activate, double Read, double Write, double Refresh, double Standby, string Source)
{
    public double Total => Activate + Read + Write + Refresh + Standby;
}
