using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;
using Accel.Rtl.Matrices;
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
    /// <param name="progress">Told modules done and modules in all.</param>
    /// <exception cref="InputException">A module that could not be mapped, or a run of another design.</exception>
    public static PowerReport Estimate(
        string place, IEnumerable<KeyValuePair<string, string>> synthesised, IEnumerable<KeyValuePair<string, string>> simulated, SynthesisReport report, LibertyLibrary library, string netlists,
        IReadOnlyList<VcdSignal> signals, long positions, PowerAssumptions assumptions, Action<int, int>? progress = null)
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
        var mapped = report.Modules.Where(module => module.Kind == ResultKind.Mapped).ToList();
        var modules = new List<ModulePower>();
        for (var done = 0; done < mapped.Count; done++)
        {
            modules.Add(Power(mapped[done]));
            progress?.Invoke(done + 1, mapped.Count);
        }

        // A table that was not mapped takes as much for its area as those that were.
        var tables = mapped.Select((module, i) => (module.Area, Power: modules[i])).Where(table => table.Power.IsTable).ToList();
        var area = Math.Max(1e-9, tables.Sum(table => table.Area * table.Power.Count));
        foreach (var module in report.Modules.Where(module => module.Kind == ResultKind.Estimated))
        {
            double PerArea(Func<ModulePower, double> part) => tables.Sum(table => part(table.Power)) / area * module.Area * module.Count;
            modules.Add(new(module.Name, module.Count, 0, 0, PerArea(table => table.LogicJoules), PerArea(table => table.LeakageJoules), "not mapped: as the tables that were, by area"));
        }

        return new(library.Name, cycles, positions, assumptions, [.. modules.OrderByDescending(module => module.Joules).ThenBy(module => module.Name, StringComparer.Ordinal)], report.MacroBits);

        ModulePower Power(ModuleResult module)
        {
            var own = design.ByName[module.Name].Names.Where(activities.ContainsKey).ToList();
            var activity = own.Count > 0 ? own.Select(name => activities[name]).Aggregate((a, b) => a + b) : all;
            var file = ModuleMapper.NetlistOf(netlists, module.Name);
            var netlist = NetlistReader.Read(file, File.ReadAllText(file), library);
            var energy = ModuleEnergy.Of(netlist, library, assumptions);

            // Only tables of weights count through their addresses.
            var sweep = own.Count > 0 && RomLayout.IsName(module.Name) ? TableSweep.Of(netlist, library, assumptions) : null;
            var logic = sweep is { AddressToggles: > 0 } ? sweep.Joules * activity.AddressToggles / sweep.AddressToggles : module.Count * energy.LogicJoules * activity.PerBit;
            return new(
                module.Name, module.Count, module.Count * energy.ClockJoules * cycles, module.Count * energy.RegisterJoules * activity.PerRegisterBit, logic, module.Count * energy.LeakageWatts * seconds,
                own.Count == 0 ? "mean activity of the design" : "");
        }
    }
}
