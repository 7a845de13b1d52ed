namespace Accel.Rtl.Synthesis;

/// <summary>A block of a design: a module under the top with all that it holds, or the top's own logic.</summary>
/// <param name="Name">The module's.</param>
/// <param name="Count">Instances under the top.</param>
/// <param name="Modules">Different modules that it holds, itself among them.</param>
public sealed record BlockResult(string Name, long Count, int Modules, long Cells, long FlipFlops, double Area, long MacroBits, bool HasEstimates);

/// <summary>How tables that are not mapped are told, and how far that is to be trusted.</summary>
/// <param name="Estimator">Fitted to the tables of the run, or the one that is built in where they are too few.</param>
/// <param name="BuiltInError">Of the figures that are built in, on the tables of the run; null where none was mapped.</param>
public sealed record TableEstimation(TableEstimator Estimator, EstimateError? BuiltInError);

/// <summary>A mapped design.</summary>
public sealed record SynthesisReport
{
    public required string Top { get; init; }

    public required string Library { get; init; }

    /// <summary>Square micrometres of a gate equivalent.</summary>
    public required double GateArea { get; init; }

    /// <summary>Of all matrices; null where it is not known.</summary>
    public required long? Weights { get; init; }

    /// <summary>Children before what holds them.</summary>
    public required IReadOnlyList<ModuleResult> Modules { get; init; }

    /// <summary>Null where it was not searched or there is none.</summary>
    public required LongestPath? Path { get; init; }

    /// <summary>What told, or would tell, tables that are not mapped; null for a design without tables.</summary>
    public required TableEstimation? Tables { get; init; }

    /// <summary>The longest of the mapper's own figures, and whose it is.</summary>
    public (string Module, double Picoseconds) MapperPath => Modules.Select(module => (module.Name, module.MapperDelayPicoseconds)).DefaultIfEmpty(("", 0)).MaxBy(pair => pair.Item2);

    public long Cells => Modules.Sum(module => module.Count * module.Cells);

    public long FlipFlops => Modules.Sum(module => module.Count * module.FlipFlops);

    public double Area => Modules.Sum(module => module.Count * module.Area);

    public long MacroBits => Modules.Sum(module => module.Count * module.MacroBits);

    public double GateEquivalents => Area / GateArea;

    public bool IsComplete => Modules.All(module => module.Kind != ResultKind.Failed);

    /// <summary>The top's own logic, then each kind of module under it, the largest first.</summary>
    public IReadOnlyList<BlockResult> Blocks()
    {
        var byName = Modules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        var top = byName[Top];
        var own = new BlockResult($"{Top} itself", 1, 1, top.Cells, top.FlipFlops, top.Area, top.MacroBits, top.Kind == ResultKind.Estimated);
        return [own, .. top.Children.Where(child => byName.ContainsKey(child.Module)).Select(child => Whole(child.Module, child.Count)).OrderByDescending(block => block.Area).ThenBy(block => block.Name, StringComparer.Ordinal)];

        BlockResult Whole(string name, long count)
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            Add(name, count);
            var inside = counts.Select(pair => (Module: byName[pair.Key], Count: pair.Value)).ToList();
            return new(
                name, count, inside.Count,
                inside.Sum(m => m.Count * m.Module.Cells), inside.Sum(m => m.Count * m.Module.FlipFlops), inside.Sum(m => m.Count * m.Module.Area), inside.Sum(m => m.Count * m.Module.MacroBits),
                inside.Any(m => m.Module.Kind == ResultKind.Estimated));

            void Add(string module, long times)
            {
                counts[module] = counts.GetValueOrDefault(module) + times;
                foreach (var child in byName[module].Children.Where(child => byName.ContainsKey(child.Module)))
                {
                    Add(child.Module, times * child.Count);
                }
            }
        }
    }
}
