using Accel.Report.Charts;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>What the model is made of: blocks, parameters and state by layer.</summary>
internal static class ModelSection
{
    public static Section Make(IReadOnlyList<Run> runs)
    {
        var there = runs.Where(run => run.Result.Model is not null).ToArray();
        var parts = new List<object>(Section.Absences(runs, StepNames.Import, result => result.Model));
        if (there.Length > 0)
        {
            var hasState = there.Any(run => run.Result.Model!.Layers.Any(layer => layer.StateBytes > 0));
            parts.AddRange(ChartPair.Of(hasState ? [Parameters(there), State(there)] : [Parameters(there)]));
        }

        var title = there is [{ Result.Model: { } model }, ..] && runs.Count == 1
            ? $"{Figures.Count(model.Parameters)} parameters: {Blocks(model)}"
            : "The model";
        return new("model", "Model", title, "Where the parameters are, and what each layer keeps of a sequence.", parts);
    }

    /// <summary>The kinds of blocks with their counts: <c>2 × gated convolution, 2 × full attention</c>.</summary>
    private static string Blocks(ModelResult model) => string.Join(
        ", ", model.Layers.Where(layer => layer.Name.StartsWith("layers.", StringComparison.Ordinal)).GroupBy(layer => layer.Block).Select(group => $"{group.Count()} × {group.Key}"));

    private static Chart Parameters(IReadOnlyList<Run> runs)
    {
        var names = runs.SelectMany(run => run.Result.Model!.Layers).SelectMany(layer => layer.Parts).Select(part => part.Name).Distinct().ToArray();
        var series = names.Select((name, i) => new Series(name, Palette.Category(i))).ToArray();
        var groups = Layers(runs, group => new Bar(
            "",
            [
                .. series.Select(kind => (kind, Sum: group.Sum(layer => layer.Parts.Where(part => part.Name == kind.Name).Sum(part => part.Parameters)))).Where(pair => pair.Sum > 0)
                    .Select(pair => new BarPart(pair.kind.Colour, pair.Sum, $"{Label(group)}\n{pair.kind.Name}: {Figures.Whole(pair.Sum)} parameters")),
            ],
            Figures.Count(group.Sum(layer => layer.Parts.Sum(part => part.Parameters)))));
        return new(
            "parameters", "Parameters by layer", "", series,
            new(
                ["run", "layer", "block", "part", "parameters"],
                [.. runs.SelectMany(run => run.Result.Model!.Layers.SelectMany(layer => layer.Parts.Select(part => new object?[] { run.Column, layer.Name, layer.Block, part.Name, part.Parameters })))]),
            (canvas, svg) => new BarChart(groups, Figures.Count).Draw(canvas, svg));
    }

    private static Chart State(IReadOnlyList<Run> runs)
    {
        var groups = Layers(runs, group => new Bar(
            "", [new(Palette.Green, group.Sum(layer => layer.StateBytes), $"{Label(group)}\n{Figures.Bytes(group.Sum(layer => layer.StateBytes))} of state")], Figures.Bytes(group.Sum(layer => layer.StateBytes))))
            .Where(group => group.Bars.Any(bar => bar.Total > 0)).ToArray();
        return new(
            "state", "State by layer", "What a sequence keeps in memory at the context that the program is compiled for: caches, windows, recurrent states.", [],
            new(
                ["run", "layer", "block", "state_bytes"],
                [.. runs.SelectMany(run => run.Result.Model!.Layers.Select(layer => new object?[] { run.Column, layer.Name, layer.Block, layer.StateBytes }))]),
            (canvas, svg) => new BarChart(groups, Figures.Bytes, isBinary: true).Draw(canvas, svg));
    }

    /// <summary>A group of bars per layer; neighbours of the same block are one where layers are many.</summary>
    private static BarGroup[] Layers(IReadOnlyList<Run> runs, Func<IReadOnlyList<LayerResult>, Bar> bar)
    {
        const int MostLayers = 18;
        var groups = new List<(string Label, List<Bar> Bars)>();
        foreach (var run in runs)
        {
            var layers = run.Result.Model!.Layers;
            var mustJoin = layers.Count > MostLayers;
            var joined = new List<List<LayerResult>>();
            foreach (var layer in layers)
            {
                if (mustJoin && joined.Count > 0 && joined[^1][^1].Block == layer.Block)
                {
                    joined[^1].Add(layer);
                }
                else
                {
                    joined.Add([layer]);
                }
            }

            foreach (var group in joined)
            {
                var label = Label(group);
                if (groups.FindIndex(known => known.Label == label) is var at and >= 0)
                {
                    groups[at].Bars.Add(bar(group) with { Run = run.Letter });
                }
                else
                {
                    groups.Add((label, [bar(group) with { Run = run.Letter }]));
                }
            }
        }

        return [.. groups.Select(group => new BarGroup(group.Label, group.Bars))];
    }

    private static string Label(IReadOnlyList<LayerResult> group) => group.Count == 1
        ? group[0].Name == group[0].Block ? group[0].Name : $"{group[0].Name} · {group[0].Block}"
        : $"{group[0].Name}–{group[^1].Name.Split('.')[^1]} · {group.Count} × {group[0].Block}";
}
