using Accel.Rtl.Tools;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>A unit mapped, timed and checked.</summary>
/// <param name="Gates">Null where no vectors were asked for.</param>
/// <param name="Faults">Those that were planted.</param>
public sealed record UnitTrial(ProductUnit Unit, SynthesisReport Synthesis, GateLevelResult? Gates, IReadOnlyList<PlantedFault> Faults)
{
    /// <summary>Gate equivalents times the microseconds from one vector to the next at the clock that the longest path allows; 0 without a path.</summary>
    public double GateMicroseconds => Synthesis.GateEquivalents * Unit.CyclesPerVector * (Synthesis.Path?.Nanoseconds ?? 0) / 1000;

    /// <param name="folder">For the tools' files.</param>
    /// <param name="weights">What figures per weight count.</param>
    /// <param name="vectors">To run through the gates; 0 for none.</param>
    /// <param name="faults">To plant, each seen or missed in a tenth of the vectors.</param>
    /// <exception cref="ToolFailedException">A module could not be mapped.</exception>
    public static UnitTrial Run(ProductUnit unit, MappingLibrary library, string folder, SynthesisOptions options, long weights, int vectors, int faults, int seed)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(library);
        var report = Synthesizer.Run(unit.Top, unit.Files.Select(file => new KeyValuePair<string, string>(file.Name, file.Text)), unit.Top, weights, library, folder, options);
        if (report.Modules.FirstOrDefault(module => module.Kind != ResultKind.Mapped) is { } missing)
        {
            throw new ToolFailedException(ExternalTool.Yosys.Name, $"{missing.Name}: {missing.Note}", "");
        }

        if (vectors == 0)
        {
            return new(unit, report, null, []);
        }

        var netlist = FlatNetlist.Of(
            library.Liberty, folder, $"{ModuleMapper.SharedName}/{MappingLibrary.LibertyName}", report.Modules.Select(module => Path.GetRelativePath(folder, ModuleMapper.NetlistOf(folder, module.Name))), unit.Top);
        var check = new GateLevelCheck(unit, library.Liberty, netlist);
        return new(unit, report, check.Run(vectors, seed), check.Plant(faults, Math.Max(1, vectors / 10), seed));
    }
}
