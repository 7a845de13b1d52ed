using Accel.Report.Charts;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>Bytes between DRAM and chip, against the least that must move.</summary>
internal static class TrafficSection
{
    private static readonly (Series Series, Func<TrafficBytes, long> Of)[] _classes =
    [
        (new("weights", Palette.Blue), bytes => bytes.Weights),
        (new("cache", Palette.Orange), bytes => bytes.Cache),
        (new("state", Palette.Green), bytes => bytes.State),
        (new("activations", Palette.Mauve), bytes => bytes.Activations),
        (new("input", Palette.Violet), bytes => bytes.Input),
        (new("output", Palette.Vermilion), bytes => bytes.Output),
    ];

    public static Section Make(IReadOnlyList<Run> runs)
    {
        var there = runs.Where(run => run.Result.Compile is not null).ToArray();
        var parts = new List<object>(Section.Absences(runs, StepNames.Compile, result => result.Compile));
        var names = there.SelectMany(run => run.Result.Compile!.Entries).Select(entry => entry.Name).Distinct().OrderBy(name => name != "decode");
        parts.AddRange(ChartPair.Of([.. names.Select(name => Make(name, there.Select(run => (run, run.Result.Compile!.Entries.FirstOrDefault(entry => entry.Name == name)!)).Where(pair => pair.Item2 is not null).ToArray()))]));

        var title = there is [{ Result.Compile.Entries: var entries }] && entries.FirstOrDefault(entry => entry.Name == "decode") is { LowerBound: > 0 } decode
            ? $"A token moves {Figures.Bytes(decode.Moved)}, {(decode.Moved == decode.LowerBound ? "not a byte more than it must" : $"{Figures.Percent(((double)decode.Moved / decode.LowerBound) - 1)} more than it must")}"
            : "Bytes moved";
        return new("bytes", "Bytes", title, "What each operator moves between DRAM and chip. The tick is the lower bound: bytes that must move whatever the schedule.", parts);
    }

    private static Chart Make(string name, IReadOnlyList<(Run Run, EntryResult Entry)> entries)
    {
        var sums = entries.Select(pair => pair.Entry.Operators.GroupBy(op => Grouping.Pattern(op.Name)).ToDictionary(group => group.Key, group => group.ToArray())).ToArray();
        var (keys, left) = Grouping.Largest(sums.SelectMany(sum => sum.Select(pair => (pair.Key, (double)pair.Value.Sum(op => op.Bytes.Total)))));
        var groups = keys.Select(key => new BarGroup(
            key,
            [.. entries.Select((pair, i) => (pair.Run, Found: sums[i].TryGetValue(key, out var operators), operators)).Where(row => row.Found).Select(row => Make(row.Run, key, row.operators!, sums[0].GetValueOrDefault(key)))])).ToArray();
        var present = _classes.Where(traffic => entries.Any(pair => pair.Entry.Operators.Any(op => traffic.Of(op.Bytes) > 0))).Select(traffic => traffic.Series);
        return new(
            $"bytes-{name}", entries is [{ Entry: var only }] ? $"{RooflineSection.Capital(name)}: {Figures.Bytes(only.Moved)} for {Figures.Whole(only.Tokens)} {(only.Tokens == 1 ? "token" : "tokens")} at position {Figures.Whole(only.Position)}" : RooflineSection.Capital(name),
            "Operators that differ in their layer alone are one bar." + (left > 0 ? $" {left} smaller ones stand in the data." : ""), [.. present],
            new(
                ["run", "operator", "kind", "weights_bytes", "cache_bytes", "state_bytes", "activations_bytes", "input_bytes", "output_bytes", "lower_bound_bytes", "reason"],
                [.. entries.SelectMany(pair => pair.Entry.Operators.Select(op => new object?[] { pair.Run.Column, op.Name, op.Kind, op.Bytes.Weights, op.Bytes.Cache, op.Bytes.State, op.Bytes.Activations, op.Bytes.Input, op.Bytes.Output, op.LowerBoundBytes, op.Reason }))]),
            (canvas, svg) => new BarChart(groups, Figures.Bytes, isBinary: true).Draw(canvas, svg));
    }

    private static Bar Make(Run run, string key, OperatorTrafficResult[] operators, OperatorTrafficResult[]? first)
    {
        var total = operators.Sum(op => op.Bytes.Total);
        var bound = operators.Sum(op => op.LowerBoundBytes);
        var reason = operators.Select(op => op.Reason).FirstOrDefault(reason => reason.Length > 0);
        var head = run.Named(key) + (operators.Length > 1 ? $" × {operators.Length}" : "");
        return new(
            run.Letter,
            [.. _classes.Select(traffic => (traffic.Series, Bytes: operators.Sum(op => traffic.Of(op.Bytes)))).Where(part => part.Bytes > 0).Select(part => new BarPart(part.Series.Colour, part.Bytes, $"{head}\n{part.Series.Name}: {Figures.Bytes(part.Bytes)}"))],
            Figures.Bytes(total),
            run.Index > 0 && first is not null ? Metric.Change(first.Sum(op => op.Bytes.Total), total) : "",
            bound,
            $"{head}\nlower bound: {Figures.Bytes(bound)}\nmoved: {Figures.Bytes(total)}{(reason is null ? "" : $"\nmore because {reason}")}");
    }
}
