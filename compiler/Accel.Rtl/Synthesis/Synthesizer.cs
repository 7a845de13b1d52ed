using System.Runtime.ExceptionServices;
using Accel.Core.Diagnostics;
using Accel.Rtl.Matrices;
using Accel.Rtl.Tools;

namespace Accel.Rtl.Synthesis;

/// <summary>
/// Maps a design module by module: equal modules once, several at a time, memories left to macros, tables that are too large told from a sample.
/// </summary>
public static class Synthesizer
{
    /// <param name="place">What errors name: the design's folder.</param>
    /// <param name="sources">Verilog by file.</param>
    /// <param name="top">The module that holds all others.</param>
    /// <param name="weights">Of all matrices; null where it is not known.</param>
    /// <param name="folder">For the tools' files; netlists stay there, and serve again while nothing changes.</param>
    /// <param name="progress">Told modules done and modules in all.</param>
    /// <exception cref="InputException">A tool is missing, or the design is not whole.</exception>
    public static SynthesisReport Run(
        string place, IEnumerable<KeyValuePair<string, string>> sources, string top, long? weights, MappingLibrary library, string folder, SynthesisOptions options, Action<int, int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(library);
        ArgumentNullException.ThrowIfNull(options);
        ExternalTool.Yosys.Require();
        if (options.HasTiming)
        {
            ExternalTool.OpenSta.Require();
        }

        var design = DesignHierarchy.Of(place, sources, top, MappingLibrary.AdderModules);
        var shared = Path.Combine(folder, ModuleMapper.SharedName);
        Directory.CreateDirectory(shared);
        library.WriteFiles(shared);
        var mapper = new ModuleMapper(library, folder);
        var results = new ModuleResult[design.Modules.Count];
        var done = 0;
        var gate = new Lock();

        // The longest first: none is left to run alone at the end.
        var order = Enumerable.Range(0, results.Length).OrderByDescending(i => design.Modules[i].Module.Text.Length).ToArray();
        var next = -1;
        ExceptionDispatchInfo? fault = null;
        var workers = Enumerable.Range(0, Math.Min(options.Jobs, results.Length)).Select(_ => new Thread(Work)).ToArray();
        foreach (var worker in workers)
        {
            worker.Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        fault?.Throw();
        var estimation = Estimate(design, results, library.GateArea);

        return new()
        {
            Top = design.Top,
            Library = library.Liberty.Name,
            GateArea = library.GateArea,
            Weights = weights,
            Modules = results,
            Tables = estimation,
            Path = options.HasTiming && results.All(result => result.Kind != ResultKind.Failed) ? Timing(design, mapper, results, folder, options) : null,
        };

        void Work()
        {
            for (var i = Interlocked.Increment(ref next); i < order.Length && fault is null; i = Interlocked.Increment(ref next))
            {
                try
                {
                    results[order[i]] = Map(design, design.Modules[order[i]], mapper, library, options);
                }
                catch (Exception e)
                {
                    fault ??= ExceptionDispatchInfo.Capture(e);
                    return;
                }

                lock (gate)
                {
                    progress?.Invoke(++done, order.Length);
                }
            }
        }
    }

    private static ModuleResult Map(DesignHierarchy design, DesignModule module, ModuleMapper mapper, MappingLibrary library, SynthesisOptions options)
    {
        var result = new ModuleResult
        {
            Name = module.Name,
            Count = module.Count,
            Kind = ResultKind.Mapped,
            Children = [.. module.Module.Instances.Select(use => (use.Module, use.Count))],
        };
        if (module.IsMacro)
        {
            return result with { Kind = ResultKind.Macro, MacroBits = module.Module.MemoryBits };
        }

        if (module.Module.Table is { } table && table.Bits > options.LargestTableBits)
        {
            return result with { Kind = ResultKind.Estimated };
        }

        try
        {
            var (cells, delay, seconds) = mapper.Map(module.Name, module.Module.Table is not null, design.TextOf(module), options.ModuleLimit);
            return result with
            {
                CellCounts = cells,
                Cells = cells.Values.Sum(),
                FlipFlops = cells.Where(cell => library.Liberty.Cells[cell.Key].IsFlipFlop).Sum(cell => cell.Value),
                Area = cells.Sum(cell => cell.Value * library.Liberty.Cells[cell.Key].Area),
                MapperDelayPicoseconds = delay,
                Seconds = seconds,
            };
        }
        catch (ToolFailedException e)
        {
            return result with { Kind = ResultKind.Failed, Note = e.Message };
        }
    }

    /// <summary>Fits an estimator to the tables that were mapped, or takes the one that is built in, and gives those that were not their areas.</summary>
    private static TableEstimation? Estimate(DesignHierarchy design, ModuleResult[] results, double gateArea)
    {
        var tables = Enumerable.Range(0, results.Length).Where(i => design.Modules[i].Module.Table is not null).ToList();
        if (tables.Count == 0)
        {
            return null;
        }

        // Tables of functions are smooth, and their logic is another: they would spoil the figures for weights, and are few.
        var weights = tables.Where(i => RomLayout.IsName(design.Modules[i].Name)).ToList();
        var mapped = (weights.Count > 0 ? weights : tables).Where(i => results[i].Kind == ResultKind.Mapped).Select(i => (design.Modules[i].Module.Table!, results[i].Area / gateArea)).ToList();
        var own = TableEstimator.Fit(mapped);
        var estimator = own ?? TableEstimator.BuiltIn;
        var source = own is null ? "the figures that are built in" : "the tables that were mapped";
        foreach (var i in tables.Where(i => results[i].Kind == ResultKind.Estimated))
        {
            var table = design.Modules[i].Module.Table!;
            results[i] = results[i] with { Area = estimator.Estimate(table) * gateArea, Note = $"{table.Bits} bits: told from {source}" };
        }

        return new(estimator, TableEstimator.BuiltIn.ErrorOn(mapped));
    }

    private static LongestPath? Timing(DesignHierarchy design, ModuleMapper mapper, ModuleResult[] results, string folder, SynthesisOptions options) =>
        TimingAnalysis.Run(
            folder,
            $"{ModuleMapper.SharedName}/{MappingLibrary.LibertyName}",
            results.Where(result => result.Kind == ResultKind.Mapped).Select(result => Path.GetRelativePath(folder, mapper.NetlistOf(result.Name))),
            design.Top,
            design.ByName[design.Top].Module.Header.Contains(" clk", StringComparison.Ordinal),
            options.ModuleLimit);
}
