using Accel.Report.Charts;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>What the machine's arithmetic costs, and whether the machine keeps to it.</summary>
internal static class NumericsSection
{
    public static Section Make(IReadOnlyList<Run> runs)
    {
        var there = runs.Where(run => run.Result.Numerics is not null).ToArray();
        var parts = new List<object>(Section.Absences(runs, StepNames.Check, result => result.Numerics));
        if (there.Length > 0)
        {
            parts.Add(Perplexities(there));
            if (there.Any(run => run.Result.Numerics!.Layers.Count > 0))
            {
                parts.Add(Errors(there));
            }
        }

        var title = there is [{ Result.Numerics: { } numerics }] ? numerics.DifferingBits == 0
            ? $"Perplexity {Figures.Change(Answer.PerplexityLoss(numerics))}, and the program keeps to every bit of its arithmetic"
            : $"The program differs from its arithmetic in {Figures.Whole(numerics.DifferingBits)} bits"
            : "Numerics";
        return new(
            "numerics", "Numerics", title,
            "The float reference says what the model says. The integer model is the exact meaning of every executor; between the two the loss is measured. Between integer model and compiled program nothing may differ.", parts);
    }

    private static Table Perplexities(Run[] runs) => new(
        "Executors over one text",
        ["executor", "perplexity", "against float", "differing bits"],
        [
            .. runs.SelectMany(run => run.Result.Numerics!.Perplexities.Select((row, i) => new[]
            {
                run.Named(row.Executor),
                Figures.Perplexity(row.Perplexity),
                i == 0 ? "" : Figures.Change((row.Perplexity / run.Result.Numerics.Perplexities[0].Perplexity) - 1),
                i > 0 && i == run.Result.Numerics.Perplexities.Count - 1 ? $"{Figures.Whole(run.Result.Numerics.DifferingBits)} in {Figures.Whole(run.Result.Numerics.ComparedElements)} values" : "",
            })),
            .. runs.Where(run => run.Result.Numerics!.FirstDifference is not null).Select(run => new[] { run.Named("first difference"), run.Result.Numerics!.FirstDifference!, "", "" }),
        ]);

    private static Chart Errors(Run[] runs)
    {
        var names = runs.SelectMany(run => run.Result.Numerics!.Layers).Select(layer => layer.Name).Distinct().ToArray();
        var lines = runs.Select(run => new Line(
            run.Index, Palette.Category(run.Index),
            [.. run.Result.Numerics!.Layers.Select(layer => new LinePoint(Array.IndexOf(names, layer.Name), layer.RelativeError, $"{run.Named(layer.Name)}\nrelative error {Figures.Significant(layer.RelativeError)}\n{Figures.Whole(layer.Saturated)} saturated lanes"))])).ToArray();
        var first = runs[0].Result.Numerics!;
        return new(
            "errors", "Relative error of each layer's output, integer against float",
            $"Over {Figures.Whole(first.PrefillTokens + first.DecodeTokens)} tokens; mean divergence {Figures.Significant(first.MeanDivergence)} nats, same first choice for {Figures.Percent(first.TopOneAgreement)} of tokens.",
            runs.Length > 1 ? [.. runs.Select(run => new Series(run.Named(run.Result.Title), Palette.Category(run.Index)))] : [],
            new(["run", "layer", "relative_error", "saturated_lanes"], [.. runs.SelectMany(run => run.Result.Numerics!.Layers.Select(layer => new object?[] { run.Column, layer.Name, layer.RelativeError, layer.Saturated }))]),
            (canvas, svg) => new LineChart(
                lines, "layer", value => (int)value is >= 0 and var i && i < names.Length ? Short(names[i]) : "", "relative error", value => Figures.Percent(value)) { IsOrdinal = true }.Draw(canvas, svg));
    }

    /// <summary>The number of a layer; the head of another name.</summary>
    private static string Short(string name) => name.StartsWith("layers.", StringComparison.Ordinal) ? name["layers.".Length..] : name.Length > 6 ? name[..5] + "." : name;
}
