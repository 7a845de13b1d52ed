using Accel.Core.Units;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim.Timing;

namespace Accel.Sim.Reports.Timeline;

/// <summary>
/// Writes a timed run as a timeline that opens in Perfetto (ui.perfetto.dev): a track per unit with operators as slices and their commands
/// within, the runs of the workload on top, memory bandwidth and bursts under way as counters.
/// </summary>
/// <remarks>Commands are written as they end; only the counters wait for the end of the run, in bounded memory.</remarks>
public sealed class TimelineWriter : ITimingObserver, IDisposable
{
    /// <summary>Tracks of one unit: commands that overlap in time stand on different ones.</summary>
    private const int MostLanes = 64;

    private const int MostWindows = 1 << 16;
    private const int RunsRank = 0;
    private const int CountersRank = 1;
    private const int UnitsRank = 3;

    private readonly TrackWriter _writer;
    private readonly CompiledProgram _program;
    private readonly Workload _workload;
    private readonly Hertz _clock;
    private readonly ulong _runs;
    private readonly Dictionary<UnitId, List<UnitTrack>> _units = [];
    private readonly WindowedSeries _bytes = new(MostWindows);
    private readonly WindowedSeries _bursts = new(MostWindows);
    private (string Name, long Start)? _run;
    private long _end;

    /// <param name="stream">Stays open.</param>
    /// <param name="title">Of the timeline.</param>
    /// <param name="program">Whose operators give the slices their names.</param>
    /// <param name="workload">Whose runs are shown.</param>
    /// <param name="clock">The core's.</param>
    public TimelineWriter(Stream stream, string title, CompiledProgram program, Workload workload, Hertz clock)
    {
        _writer = new(stream, title, clock);
        (_program, _workload, _clock) = (program, workload, clock);
        _runs = _writer.AddTrack("runs", RunsRank);
    }

    public void OnRun(int run, long start)
    {
        EndRun(start);
        var each = _workload.Runs[run];
        _run = (each.Tokens == 1
            ? FormattableString.Invariant($"{each.EntryPoint} at {each.Position}, sequence {each.Sequence}")
            : FormattableString.Invariant($"{each.EntryPoint} of {each.Tokens} at {each.Position}, sequence {each.Sequence}"), start);
    }

    public void OnCommand(in CommandTiming timing)
    {
        _end = Math.Max(_end, timing.End);
        if (timing.Command is Synchronize or Tap)
        {
            return;
        }

        var start = timing.Start;
        var lanes = _units.TryGetValue(timing.Unit, out var known) ? known : _units[timing.Unit] = [];
        var lane = lanes.FindIndex(track => track.IsFreeAt(start));
        if (lane < 0)
        {
            lane = lanes.Count;
            var name = lane == 0 ? $"{timing.Unit}" : FormattableString.Invariant($"{timing.Unit}, overlapping {lane}");
            lanes.Add(new(_writer, name, UnitsRank + (MostLanes * Ordinal(timing.Unit)) + Math.Min(lane, MostLanes - 1)));
        }

        lanes[lane].Add(_program.Operators[timing.Command.Operator].Name, timing.Command.Mnemonic, start, timing.End);
    }

    public void OnBurstGroup(in BurstGroupTiming timing)
    {
        _bytes.Add(timing.Start, timing.End, timing.Bytes);
        _bursts.Add(timing.Start, timing.End, (double)timing.Bursts * (timing.End - timing.Start));
    }

    /// <summary>Writes what is still held back; call it once, at the end of a run that succeeded.</summary>
    public void Complete()
    {
        EndRun(_end);
        foreach (var track in _units.Values.SelectMany(lanes => lanes))
        {
            track.Flush();
        }

        Count("memory bandwidth", "GB/s", CountersRank, _bytes, _clock.Value / 1e9);
        Count("bursts under way", "bursts", CountersRank + 1, _bursts, 1);
    }

    public void Dispose() => _writer.Dispose();

    private void EndRun(long end)
    {
        if (_run is var (name, start))
        {
            _writer.Begin(_runs, name, start, end - start);
            _writer.End(_runs, end);
            _run = null;
        }
    }

    private void Count(string name, string unit, int rank, WindowedSeries series, double factor)
    {
        var counter = _writer.AddCounter(name, unit, rank);
        foreach (var (start, perCycle) in series.Rates())
        {
            _writer.Count(counter, start, perCycle * factor);
        }
    }

    /// <summary>DMA channels first, then arrays, then vector units.</summary>
    private int Ordinal(UnitId unit) => unit.Index + unit.Kind switch
    {
        UnitKind.Dma => 0,
        UnitKind.Array => _program.Machine.DmaChannels,
        _ => _program.Machine.DmaChannels + _program.Machine.Arrays,
    };
}
