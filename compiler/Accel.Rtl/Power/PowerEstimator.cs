using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;
using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Power;

/// <summary>Joins what a mapped design's cells take and how often a run's signals change.</summary>
public static class PowerEstimator
{
    /// <param name="place">What errors name: the design's folder.</param>
    /// <param name="synthesised">The text that was mapped, by file.</param>
    /// <param name="simulated">The text that ran, by file; a module of both has one name.</param>
    /// <param name="report">Of mapping it.</param>
    /// <param name="netlists">The folder that mapping was given.</param>
    /// <param name="signals">Of the run.</param>
    /// <param name="positions">Tokens that went through.</param>
    /// <exception cref="InputException">A module that could not be mapped, or a run of another design.</exception>
    public static PowerReport Estimate(
        string place, IEnumerable<KeyValuePair<string, string>> synthesised, IEnumerable<KeyValuePair<string, string>> simulated, SynthesisReport report, LibertyLibrary library, string netlists,
        IReadOnlyList<VcdSignal> signals, long positions, PowerAssumptions assumptions)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(library);
        ArgumentNullException.ThrowIfNull(assumptions);
        if (report.Modules.FirstOrDefault(module => module.Kind == ResultKind.Failed) is { } failed)
        {
            throw new InputException(place, failed.Name, "a module that maps", failed.Note);
        }

        var design = DesignHierarchy.Of(place, synthesised, report.Top, MappingLibrary.AdderModules);
        var ran = simulated.SelectMany(file => VerilogScanner.Parse(file.Key, file.Value)).DistinctBy(module => module.Name).ToDictionary(module => module.Name, StringComparer.Ordinal);
        var (activities, cycles) = ActivityByModule.Of(ran, report.Top, signals);
        if (cycles == 0 || activities.Count == 0)
        {
            throw new InputException(place, report.Top, "a run of this design with its clock", "waves without it");
        }

        var seconds = cycles / assumptions.ClockHertz;
        var all = activities.Values.Aggregate(ModuleActivity.None, (a, b) => a + b);
        var energies = report.Modules.Where(module => module.Kind == ResultKind.Mapped).ToDictionary(
            module => module.Name, module => Energy(module.Name, library, netlists, assumptions), StringComparer.Ordinal);
        var tables = report.Modules.Where(module => module.Kind == ResultKind.Mapped && design.ByName[module.Name].Module.Table is not null).ToList();
        var modules = new List<ModulePower>();
        foreach (var module in report.Modules.Where(module => module.Kind is ResultKind.Mapped or ResultKind.Estimated))
        {
            var own = design.ByName[module.Name].Names.Where(activities.ContainsKey).ToList();
            var activity = own.Count > 0 ? own.Select(name => activities[name]).Aggregate((a, b) => a + b) : all;
            var energy = energies.GetValueOrDefault(module.Name) ?? ScaledBy(tables, energies, module.Area);
            string[] notes = [.. module.Kind == ResultKind.Estimated ? ["cells of the tables that were mapped, by area"] : Array.Empty<string>(), .. own.Count == 0 ? ["mean activity of the design"] : Array.Empty<string>()];
            modules.Add(new(
                module.Name, module.Count, module.Count * energy.ClockJoules * cycles, module.Count * energy.RegisterJoules * activity.PerRegisterBit, module.Count * energy.LogicJoules * activity.PerBit,
                module.Count * energy.LeakageWatts * seconds, string.Join("; ", notes)));
        }

        return new(library.Name, cycles, positions, assumptions, [.. modules.OrderByDescending(module => module.Joules).ThenBy(module => module.Name, StringComparer.Ordinal)], report.MacroBits);
    }

    /// <summary>What a table that was not mapped takes: as much for its area as those that were.</summary>
    private static ModuleEnergy ScaledBy(List<ModuleResult> tables, Dictionary<string, ModuleEnergy> energies, double area) =>
        tables.Aggregate(ModuleEnergy.Nothing, (sum, table) => sum + energies[table.Name]).Times(area / Math.Max(1e-9, tables.Sum(table => table.Area)));

    private static ModuleEnergy Energy(string module, LibertyLibrary library, string netlists, PowerAssumptions assumptions)
    {
        var file = ModuleMapper.NetlistOf(netlists, module);
        return ModuleEnergy.Of(NetlistReader.Read(file, File.ReadAllText(file), library), library, assumptions);
    }
}
