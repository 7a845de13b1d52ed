using Accel.Report.Charts;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>The model as a chip of its own, and what it says.</summary>
internal static class ChipSection
{
    public static Section Make(IReadOnlyList<Run> runs)
    {
        var there = runs.Where(run => run.Result.Chip is not null).ToArray();
        var parts = new List<object>(Section.Absences(runs, StepNames.Emit, result => result.Chip));
        if (there.Length > 0)
        {
            parts.Add(new ChartPair(Modules(there), Memories(there)));
            parts.Add(new ChartPair(Steps(there), CyclesPerToken(there)));
        }

        parts.AddRange(Section.Absences(there, StepNames.Verify, result => result.Verification));
        foreach (var run in there.Where(run => run.Result.Verification is not null))
        {
            parts.AddRange(Words(run));
        }

        var title = there is [{ Result: { Chip: { } chip } result }]
            ? $"{Figures.Count(chip.GateEquivalents)} gate equivalents hold {Figures.Count(chip.WeightBits)} weight bits" + (result.Verification is { DifferingTokens: 0, DifferingValues: 0, CyclesAgree: true } ? ", and say the same words" : "")
            : "The model as a chip";
        return new("chip", "Chip", title, "The weights are logic: there is nothing to load.", parts);
    }

    private static Chart Modules(Run[] runs)
    {
        var kinds = runs.SelectMany(run => run.Result.Chip!.Modules).Select(module => module.Kind).Distinct().Order(StringComparer.Ordinal).ToArray();
        int Colour(string kind) => Palette.Category(Array.IndexOf(kinds, kind));
        var sums = runs.Select(run => run.Result.Chip!.Modules.GroupBy(module => Grouping.Pattern(module.Name)).ToDictionary(group => group.Key, group => (group.First().Kind, Count: group.Count(), Gates: group.Sum(module => module.GateEquivalents), Bits: group.Sum(module => module.WeightBits)))).ToArray();
        var (keys, left) = Grouping.Largest(sums.SelectMany(sum => sum.Select(pair => (pair.Key, (double)pair.Value.Gates))));
        var groups = keys.Select(key => new BarGroup(
            key,
            [
                .. runs.Select((run, i) => (run, Found: sums[i].TryGetValue(key, out var sum), sum)).Where(row => row.Found).Select(row => new Bar(
                    row.run.Letter,
                    [new(Colour(row.sum.Kind), row.sum.Gates, $"{row.run.Named(key)}{(row.sum.Count > 1 ? $" × {row.sum.Count}" : "")}\n{Figures.Whole(row.sum.Gates)} gate equivalents\n{Figures.Whole(row.sum.Bits)} weight bits")],
                    Figures.Count(row.sum.Gates),
                    row.run.Index > 0 && sums[0].TryGetValue(key, out var first) ? Metric.Change(first.Gates, row.sum.Gates) : "")),
            ])).ToArray();
        return new(
            "modules", "Gate equivalents by module",
            (left > 0 ? $"{left} smaller ones stand in the data. " : "") + $"An estimate in two-input NANDs: {runs[0].Result.Chip!.EstimateSource}.", [.. kinds.Select(kind => new Series(kind, Colour(kind)))],
            new(["run", "module", "kind", "gate_equivalents", "weight_bits"], [.. runs.SelectMany(run => run.Result.Chip!.Modules.Select(module => new object?[] { run.Column, module.Name, module.Kind, module.GateEquivalents, module.WeightBits }))]),
            (canvas, svg) => new BarChart(groups, Figures.Count).Draw(canvas, svg));
    }

    private static Chart Memories(Run[] runs)
    {
        var uses = runs.SelectMany(run => run.Result.Chip!.Memories).Select(memory => memory.Use).Distinct().Order(StringComparer.Ordinal).ToArray();
        int Colour(string use) => Palette.Category(Array.IndexOf(uses, use));
        var sums = runs.Select(run => run.Result.Chip!.Memories.GroupBy(memory => Grouping.Pattern(memory.Name)).ToDictionary(group => group.Key, group => (group.First().Use, Bits: group.Sum(memory => memory.Words * memory.BitsPerWord)))).ToArray();
        var (keys, left) = Grouping.Largest(sums.SelectMany(sum => sum.Select(pair => (pair.Key, (double)pair.Value.Bits))));
        var groups = keys.Select(key => new BarGroup(
            key,
            [
                .. runs.Select((run, i) => (run, Found: sums[i].TryGetValue(key, out var sum), sum)).Where(row => row.Found).Select(row => new Bar(
                    row.run.Letter, [new(Colour(row.sum.Use), row.sum.Bits / 8.0, $"{row.run.Named(key)}\n{row.sum.Use}\n{Figures.Whole(row.sum.Bits)} bits")], Figures.Bytes(row.sum.Bits / 8.0))),
            ])).ToArray();
        return new(
            "memories", "Memories that can be written", left > 0 ? $"{left} smaller ones stand in the data." : "", [.. uses.Select(use => new Series(use, Colour(use)))],
            new(["run", "memory", "use", "words", "bits_per_word"], [.. runs.SelectMany(run => run.Result.Chip!.Memories.Select(memory => new object?[] { run.Column, memory.Name, memory.Use, memory.Words, memory.BitsPerWord }))]),
            (canvas, svg) => new BarChart(groups, Figures.Bytes, isBinary: true).Draw(canvas, svg));
    }

    private static Chart Steps(Run[] runs)
    {
        var sums = runs.Select(run => run.Result.Chip!.Steps.GroupBy(step => step.Unit).ToDictionary(unit => unit.Key, unit => (Count: unit.Count(), Cycles: unit.Sum(step => step.Cycles)))).ToArray();
        var (keys, left) = Grouping.Largest(sums.SelectMany(sum => sum.Select(pair => (pair.Key, (double)pair.Value.Cycles))));
        var groups = keys.Select(key => new BarGroup(
            key,
            [
                .. runs.Select((run, i) => (run, Found: sums[i].TryGetValue(key, out var sum), sum)).Where(row => row.Found).Select(row => new Bar(
                    row.run.Letter,
                    [new(Palette.Blue, row.sum.Cycles, $"{row.run.Named(key)}\n{row.sum.Count} {(row.sum.Count == 1 ? "step" : "steps")}: {Figures.Whole(row.sum.Cycles)} cycles")],
                    Figures.Count(row.sum.Cycles),
                    row.run.Index > 0 && sums[0].TryGetValue(key, out var first) ? Metric.Change(first.Cycles, row.sum.Cycles) : "")),
            ])).ToArray();
        return new(
            "chip-steps", "Cycles of a token by unit, at the last position", "Steps follow each other, so these add up to the token." + (left > 0 ? $" {left} smaller ones stand in the data." : ""), [],
            new(["run", "step", "unit", "cycles"], [.. runs.SelectMany(run => run.Result.Chip!.Steps.Select(step => new object?[] { run.Column, step.Name, step.Unit, step.Cycles }))]),
            (canvas, svg) => new BarChart(groups, Figures.Count).Draw(canvas, svg));
    }

    private static Chart CyclesPerToken(Run[] runs)
    {
        var lines = runs.Where(run => run.Result.Chip!.CyclesPerToken.Count > 0).Select(run => new Line(
            run.Index, Palette.Category(run.Index),
            [.. run.Result.Chip!.CyclesPerToken.Select(token => new LinePoint(token.Position, token.Cycles, $"{run.Named($"position {Figures.Whole(token.Position)}")}\n{Figures.Whole(token.Cycles)} cycles"))])).ToArray();
        return new(
            "chip-cycles", "Cycles per token, as predicted when the chip was emitted", "", runs.Length > 1 ? [.. runs.Select(run => new Series(run.Named(run.Result.Title), Palette.Category(run.Index)))] : [],
            new(["run", "position", "cycles"], [.. runs.SelectMany(run => run.Result.Chip!.CyclesPerToken.Select(token => new object?[] { run.Column, token.Position, token.Cycles }))]),
            (canvas, svg) => new LineChart(lines, "position", Figures.Count, "cycles", Figures.Count).Draw(canvas, svg));
    }

    private static IEnumerable<object> Words(Run run)
    {
        var verification = run.Result.Verification!;
        yield return new Table(
            run.Named($"Simulated with {verification.Tool}"),
            ["check", "result"],
            [
                ["tokens as the integer model says", $"{Figures.Whole(verification.Tokens - verification.DifferingTokens)} of {Figures.Whole(verification.Tokens)}"],
                .. verification.Values > 0 ? new[] { new[] { "values within the chip as the integer model has them", $"{Figures.Whole(verification.Values - verification.DifferingValues)} of {Figures.Whole(verification.Values)}" } } : [],
                ["cycles of every token as predicted", verification.CyclesAgree ? "yes" : "no"],
                .. verification.FirstDifference is { } difference ? new[] { new[] { "first difference", difference } } : [],
            ]);
        foreach (var text in verification.Texts)
        {
            yield return new TextPair(run.Named($"“{text.Prompt.Trim()}” continued, {text.Sampling}"), "integer model", text.Reference, "chip", text.Chip, text.Reference == text.Chip);
        }
    }
}
