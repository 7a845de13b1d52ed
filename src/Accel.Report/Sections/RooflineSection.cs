using Accel.Core.Units;
using Accel.Report.Charts;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>Every operator under the machine's roof.</summary>
internal static class RooflineSection
{
    private const int MostLabels = 5;
    private static readonly string[] _shapes = ["●", "◆", "■", "▲"];

    public static Section Make(IReadOnlyList<Run> runs)
    {
        var there = runs.Where(run => run.Result is { Timing: not null, Hardware: not null }).ToArray();
        var parts = new List<object>(Section.Absences(runs, StepNames.Simulate, result => result.Timing));
        var phases = there.SelectMany(run => run.Result.Timing!.Runs).Select(run => run.Name).Distinct().OrderBy(name => name != "decode").ToArray();
        if (runs.Count == 1 && there.Length == 1)
        {
            // One run: its phases share the chart, told apart by shape.
            parts.Add(Make("roofline-operators", $"Operators of {string.Join(" and ", phases)}", [.. there[0].Result.Timing!.Runs.Select(timed => (there[0], timed, Array.IndexOf(phases, timed.Name), timed.Name))]));
        }
        else
        {
            parts.AddRange(phases.Select(name => Make(
                $"roofline-{name}", Capital(name), [.. there.SelectMany(run => run.Result.Timing!.Runs.Where(timed => timed.Name == name).Select(timed => (run, timed, run.Index, run.Named(run.Result.Title))))])));
        }

        return new(
            "roofline", "Roofline", "What each operator could reach, and what it reaches",
            "The roof is the machine: to the left the memory binds, to the right the arrays. No operator can stand above it; how far below it stands is what is lost.", parts);
    }

    private static Chart Make(string id, string title, IReadOnlyList<(Run Run, TimedRunResult Timed, int Shape, string Name)> timed)
    {
        var roofs = timed.Select(row => (row.Run.Index, Machine: row.Run.Result.Hardware!)).DistinctBy(pair => (pair.Machine.Name, pair.Machine.MacsPerCycle, pair.Machine.MemoryBytesPerSecond, pair.Machine.CoreHertz))
            .Select(pair => new Roof(pair.Index, pair.Machine.Name, (double)pair.Machine.MacsPerCycle * pair.Machine.CoreHertz, pair.Machine.MemoryBytesPerSecond)).ToArray();
        var points = new List<RooflinePoint>();
        var data = new List<IReadOnlyList<object?>>();
        foreach (var (run, result, shape, name) in timed)
        {
            var machine = run.Result.Hardware!;
            var operators = result.Operators.Where(op => op is { Macs: > 0, ActiveCycles: > 0 }).ToArray();
            var labelled = run.Letter.Length > 0 ? [] : operators.GroupBy(op => Grouping.Pattern(op.Name)).OrderByDescending(group => group.Sum(op => op.Cycles)).Take(MostLabels)
                .Select(group => group.MaxBy(op => op.Cycles)!).ToHashSet();
            foreach (var op in operators)
            {
                var intensity = op.DramBytes > 0 ? (double)op.Macs / op.DramBytes : double.PositiveInfinity;
                var rate = (double)op.Macs / op.ActiveCycles * machine.CoreHertz;
                var roof = Math.Min((double)machine.MacsPerCycle * machine.CoreHertz, intensity * machine.MemoryBytesPerSecond);
                points.Add(new(
                    shape, OperatorFamily.Of(op.Kind).Colour, intensity, rate, (double)op.Cycles / result.Cycles,
                    $"{op.Name}\n{name}: under way for {Figures.Whole(op.ActiveCycles)} cycles, {Figures.Whole(op.Macs)} MACs, {Figures.Bytes(op.DramBytes)}\n{Engineering.Format(rate, "MAC/s")}, {Figures.Percent(rate / roof)} of its roof",
                    labelled.Contains(op) ? op.Name : ""));
                data.Add([run.Column, result.Name, op.Name, op.Kind, op.Cycles, op.ActiveCycles, op.Macs, op.DramBytes, double.IsFinite(intensity) ? intensity : null, rate, roof]);
            }
        }

        var shapes = timed.Count > 1 ? string.Join(", ", timed.Select(row => $"{_shapes[row.Shape % _shapes.Length]} {row.Name}")) + ". " : "";
        var without = timed.Max(row => row.Timed.Operators.Count(op => op.Macs == 0));
        var edge = points.Any(point => double.IsPositiveInfinity(point.Intensity)) ? " Those that move no byte stand at the right edge." : "";
        return new(
            id, title, $"{shapes}The area of a point is its share of the time.{edge} {without} operators without multiply-accumulates have no place here.",
            OperatorFamily.Legend(timed.SelectMany(row => row.Timed.Operators).Where(op => op.Macs > 0).Select(op => op.Kind)),
            new(["run", "phase", "operator", "kind", "cycles", "active_cycles", "macs", "dram_bytes", "macs_per_byte", "macs_per_second", "roof_macs_per_second"], data),
            (canvas, svg) => new RooflineChart(roofs, points).Draw(canvas, svg));
    }

    internal static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
