using Accel.Report.Charts;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>Where the cycles went: per unit, and per operator.</summary>
internal static class CyclesSection
{
    /// <summary>More units are shown by kind.</summary>
    private const int MostUnits = 12;

    private static readonly int[] _stallColours = [Palette.Orange, Palette.Mauve, Palette.Vermilion, Palette.Violet, Palette.Sky, Palette.Green];

    public static Section Make(IReadOnlyList<Run> runs)
    {
        var there = runs.Where(run => run.Result is { Timing: not null, Hardware: not null }).ToArray();
        var parts = new List<object>(Section.Absences(runs, StepNames.Simulate, result => result.Timing));
        var phases = there.SelectMany(run => run.Result.Timing!.Runs).Select(run => run.Name).Distinct().OrderBy(name => name != "decode")
            .Select(name => (Name: name, Timed: there.Select(run => (run, run.Result.Timing!.Runs.FirstOrDefault(timed => timed.Name == name)!)).Where(pair => pair.Item2 is not null).ToArray())).ToArray();
        parts.AddRange(ChartPair.Of([.. phases.Select(phase => Units(phase.Name, phase.Timed))]));
        parts.AddRange(ChartPair.Of([.. phases.Select(phase => Operators(phase.Name, phase.Timed))]));

        var title = there is [{ Result.Timing: { } timing }] && Answer.Decode(timing) is { } decode && decode.Units.MaxBy(unit => unit.Busy) is { } busiest
            ? $"A token takes {Figures.Whole(decode.Cycles)} cycles; {busiest.Name} is busy for {Figures.Percent((double)busiest.Busy / decode.Cycles)} of them"
            : "Where the cycles went";
        return new("cycles", "Cycles", title, "Each unit's cycles are busy, stalled (it had work and waited) or idle (it had none); the three add up to the run.", parts);
    }

    private static Chart Units(string name, IReadOnlyList<(Run Run, TimedRunResult Timed)> timed)
    {
        var reasons = timed.SelectMany(pair => pair.Timed.Units).SelectMany(unit => unit.Stalls).Where(stall => stall.Cycles > 0).Select(stall => stall.Reason).Distinct().ToArray();
        int Colour(string reason) => _stallColours[Array.IndexOf(reasons, reason) % _stallColours.Length];
        var isCrowded = timed.Any(pair => pair.Timed.Units.Count > MostUnits);
        string Lane(UnitTimeResult unit) => isCrowded ? unit.Name.TrimEnd("0123456789 ".ToCharArray()) : unit.Name;
        var groups = timed.SelectMany(pair => pair.Timed.Units).Select(Lane).Distinct().Select(lane => new BarGroup(
            lane,
            [
                .. timed.Select(pair => (pair.Run, pair.Timed, Units: pair.Timed.Units.Where(unit => Lane(unit) == lane).ToArray())).Where(row => row.Units.Length > 0).Select(row =>
                {
                    var (run, result, units) = row;
                    var all = (double)result.Cycles * units.Length;
                    var name = run.Named(units.Length > 1 ? $"{units.Length} × {lane}" : lane);
                    BarPart Part(int colour, long cycles, string what) =>
                        new(colour, (double)cycles / units.Length, $"{name}\n{what}: {Figures.Whole(cycles)} cycles, {Figures.Percent(cycles / all)}");
                    return new Bar(
                        run.Letter,
                        [
                            Part(Palette.Blue, units.Sum(unit => unit.Busy), "busy"),
                            .. units.SelectMany(unit => unit.Stalls).GroupBy(stall => stall.Reason).Where(stalls => stalls.Any(stall => stall.Cycles > 0)).Select(stalls => Part(Colour(stalls.Key), stalls.Sum(stall => stall.Cycles), stalls.Key)),
                            Part(Palette.Nothing, units.Sum(unit => unit.Idle), "idle"),
                        ],
                        Figures.Percent(units.Sum(unit => unit.Busy) / all) + " busy");
                }),
            ])).ToArray();
        return new(
            $"units-{name}", $"{RooflineSection.Capital(name)}: cycles of each unit", isCrowded ? "Units of a kind are one bar, their mean." : "",
            [new("busy", Palette.Blue), .. reasons.Select(reason => new Series(reason, Colour(reason))), new("idle", Palette.Nothing)],
            new(
                ["run", "unit", "state", "cycles"],
                [.. timed.SelectMany(pair => pair.Timed.Units.SelectMany(unit => States(unit).Select(state => new object?[] { pair.Run.Column, unit.Name, state.State, state.Cycles })))]),
            (canvas, svg) => new BarChart(groups, Figures.Count, timed.Max(pair => (double)pair.Timed.Cycles)).Draw(canvas, svg));
    }

    private static IEnumerable<(string State, long Cycles)> States(UnitTimeResult unit) =>
        [("busy", unit.Busy), .. unit.Stalls.Select(stall => (stall.Reason, stall.Cycles)), ("idle", unit.Idle)];

    private static Chart Operators(string name, IReadOnlyList<(Run Run, TimedRunResult Timed)> timed)
    {
        var sums = timed.Select(pair => pair.Timed.Operators.GroupBy(op => Grouping.Pattern(op.Name)).ToDictionary(group => group.Key, group => (Kind: group.First().Kind, Count: group.Count(), Cycles: group.Sum(op => op.Cycles)))).ToArray();
        var (keys, left) = Grouping.Largest(sums.SelectMany(sum => sum.Select(pair => (pair.Key, (double)pair.Value.Cycles))));
        var groups = keys.Select(key => new BarGroup(
            key,
            [
                .. timed.Select((pair, i) => (pair.Run, pair.Timed, Found: sums[i].TryGetValue(key, out var sum), Sum: sum)).Where(row => row.Found).Select(row => new Bar(
                    row.Run.Letter,
                    [new(OperatorFamily.Of(row.Sum.Kind).Colour, row.Sum.Cycles, $"{row.Run.Named(key)}{(row.Sum.Count > 1 ? $" × {row.Sum.Count}" : "")}\n{row.Sum.Kind}\n{Figures.Whole(row.Sum.Cycles)} cycles, {Figures.Percent((double)row.Sum.Cycles / row.Timed.Cycles)} of the run")],
                    Figures.Count(row.Sum.Cycles),
                    row.Run.Index > 0 && sums[0].TryGetValue(key, out var first) ? Metric.Change(first.Cycles, row.Sum.Cycles) : "")),
            ])).ToArray();
        var note = "Cycles in which the operator's command was the oldest that was not done: all operators together are the run." + (left > 0 ? $" {left} smaller ones stand in the data." : "");
        return new(
            $"operators-{name}", $"{RooflineSection.Capital(name)}: cycles by operator", note, OperatorFamily.Legend(timed.SelectMany(pair => pair.Timed.Operators).Select(op => op.Kind)),
            new(
                ["run", "operator", "kind", "cycles", "active_cycles", "macs", "dram_bytes"],
                [.. timed.SelectMany(pair => pair.Timed.Operators.Select(op => new object?[] { pair.Run.Column, op.Name, op.Kind, op.Cycles, op.ActiveCycles, op.Macs, op.DramBytes }))]),
            (canvas, svg) => new BarChart(groups, Figures.Count).Draw(canvas, svg));
    }
}
