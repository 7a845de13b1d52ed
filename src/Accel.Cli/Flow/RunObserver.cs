using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Report.Results;
using Accel.Sim.Reports.Timeline;
using Accel.Sim.Timing;

namespace Accel.Cli.Flow;

/// <summary>Watches a short run: when each operator was under way, what each unit did when, and when the memory moved how much.</summary>
internal sealed class RunObserver(CompiledProgram program) : ITimingObserver
{
    /// <summary>Parts of the run that bandwidth is shown for, at most.</summary>
    private const int Windows = 160;

    private readonly List<(long Start, long End)>[] _active = [.. program.Operators.Select(_ => new List<(long, long)>())];
    private readonly Dictionary<UnitId, List<(int Operator, long Start, long End)>> _units = [];
    private readonly WindowedSeries _read = new(Windows);
    private readonly WindowedSeries _written = new(Windows);

    public void OnCommand(in CommandTiming timing)
    {
        if (timing.Command is Synchronize or Tap)
        {
            return;
        }

        var op = timing.Command.Operator;
        _active[op].Add((timing.Start, timing.End));
        var slices = _units.TryGetValue(timing.Unit, out var known) ? known : _units[timing.Unit] = [];

        // Commands come in the order of their ends; those that overlap on a unit share its lane, each from where the last one ended.
        var free = slices.Count > 0 ? slices[^1].End : 0;
        if (slices.Count > 0 && slices[^1].Operator == op && timing.Start <= free)
        {
            slices[^1] = (op, slices[^1].Start, Math.Max(free, timing.End));
        }
        else if (timing.End > free)
        {
            slices.Add((op, Math.Max(free, timing.Start), timing.End));
        }
    }

    public void OnBurstGroup(in BurstGroupTiming timing) => (timing.IsWrite ? _written : _read).Add(timing.Start, timing.End, timing.Bytes);

    /// <summary>Cycles in which any command of an operator was under way.</summary>
    public long ActiveCycles(int op)
    {
        var (sum, end) = (0L, 0L);
        foreach (var interval in _active[op].OrderBy(interval => interval.Start))
        {
            sum += Math.Max(0, interval.End - Math.Max(end, interval.Start));
            end = Math.Max(end, interval.End);
        }

        return sum;
    }

    /// <param name="units">Names of the units, in order; of each kind the first few get a lane.</param>
    /// <param name="cycles">Of the run.</param>
    public TimelineResult Timeline(IReadOnlyList<string> units, long cycles)
    {
        const int Lanes = 4;
        const int MostSlices = 3_000;
        var shown = units.GroupBy(name => name.TrimEnd("0123456789".ToCharArray())).SelectMany(kind => kind.Take(Lanes)).ToArray();
        var lanes = shown.Select(name => (Name: name, Slices: _units.FirstOrDefault(pair => $"{pair.Key}" == name).Value ?? [])).ToArray();

        // Slices that no screen could show apart are joined under the name of the longest.
        var gap = 0L;
        while (lanes.Sum(lane => lane.Slices.Count) > MostSlices)
        {
            gap = Math.Max(cycles / 10_000, 2 * gap + 1);
            lanes = [.. lanes.Select(lane => (lane.Name, Joined(lane.Slices, gap)))];
        }

        return new(
            [.. lanes.SelectMany(lane => lane.Slices.Select(slice => new SliceResult(lane.Name, program.Operators[slice.Operator].Name, slice.Start, Math.Min(slice.End, cycles))))],
            Bandwidth(cycles));
    }

    private static List<(int Operator, long Start, long End)> Joined(List<(int Operator, long Start, long End)> slices, long gap)
    {
        var joined = new List<(int Operator, long Start, long End)>();
        foreach (var slice in slices)
        {
            if (joined.Count > 0 && joined[^1] is var last && slice.Start - last.End <= gap && Math.Min(slice.End - slice.Start, last.End - last.Start) <= gap)
            {
                joined[^1] = (slice.End - slice.Start > last.End - last.Start ? slice.Operator : last.Operator, last.Start, slice.End);
            }
            else
            {
                joined.Add(slice);
            }
        }

        return joined;
    }

    private List<BandwidthResult> Bandwidth(long cycles)
    {
        // Both series count in windows that are powers of two of the same least one: the finer is added to the coarser.
        var window = Math.Max(_read.Window, _written.Window);
        var samples = new BandwidthResult[(cycles + window - 1) / window];
        var amounts = new double[samples.Length, 2];
        foreach (var (series, column) in new[] { (_read, 0), (_written, 1) })
        {
            foreach (var (start, amount) in series.Amounts())
            {
                amounts[Math.Min(start / window, samples.Length - 1), column] += amount;
            }
        }

        return
        [
            .. samples.Select((_, i) => new BandwidthResult(i * window, Math.Min(cycles, (i + 1) * window), (long)Math.Round(amounts[i, 0]), (long)Math.Round(amounts[i, 1]))),
        ];
    }
}
