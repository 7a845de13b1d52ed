using Accel.Rtl.Liberty;

namespace Accel.Rtl.Power;

/// <summary>What the cells of a mapped module take, by event; modules inside it are left out.</summary>
/// <param name="ClockJoules">For a cycle of the clock: what its pins take, whether anything else changes or not.</param>
/// <param name="RegisterBits">Outputs of flip-flops.</param>
/// <param name="RegisterJoules">If each of those changed once.</param>
/// <param name="LogicNets">Outputs of other cells.</param>
/// <param name="LogicJoules">If each of those changed once.</param>
/// <param name="LeakageWatts">All the time.</param>
public sealed record ModuleEnergy(double ClockJoules, long RegisterBits, double RegisterJoules, long LogicNets, double LogicJoules, double LeakageWatts)
{
    public static ModuleEnergy Nothing { get; } = new(0, 0, 0, 0, 0, 0);

    public static ModuleEnergy operator +(ModuleEnergy a, ModuleEnergy b) => new(
        a.ClockJoules + b.ClockJoules, a.RegisterBits + b.RegisterBits, a.RegisterJoules + b.RegisterJoules, a.LogicNets + b.LogicNets, a.LogicJoules + b.LogicJoules,
        a.LeakageWatts + b.LeakageWatts);

    /// <summary>The same cells so many times, or a part of them.</summary>
    public ModuleEnergy Times(double factor) => new(
        ClockJoules * factor, (long)Math.Round(RegisterBits * factor), RegisterJoules * factor, (long)Math.Round(LogicNets * factor), LogicJoules * factor, LeakageWatts * factor);

    /// <summary>Adds up a netlist: energy inside cells by the library's tables, and half of C V squared for what a net's change charges or discharges.</summary>
    internal static ModuleEnergy Of(ModuleNetlist netlist, LibertyLibrary library, PowerAssumptions assumptions)
    {
        var half = library.Volts * library.Volts / 2;
        var sum = Nothing;
        foreach (var cell in netlist.Cells)
        {
            sum += Nothing with { LeakageWatts = cell.Cell.LeakageWatts };
            foreach (var pin in cell.Pins.Select(at => cell.Cell.Pins.First(pin => pin.Name == at.Pin)).Where(pin => pin.Direction == PinDirection.Input && pin.IsClock))
            {
                // Both edges: each charges or discharges the pin and its wire.
                sum += Nothing with { ClockJoules = 2 * (Inside(pin, assumptions.TransitionSeconds, 0) + (half * (pin.CapacitanceFarads + assumptions.WireFaradsPerSink))) };
            }
        }

        foreach (var (cell, _, joules) in Changes(netlist, library, assumptions))
        {
            sum += cell.IsFlipFlop ? Nothing with { RegisterBits = 1, RegisterJoules = joules } : Nothing with { LogicNets = 1, LogicJoules = joules };
        }

        return sum;
    }

    /// <summary>Each output of each cell, its net, and what a change of it takes.</summary>
    internal static IEnumerable<(LibertyCell Cell, int Net, double Joules)> Changes(ModuleNetlist netlist, LibertyLibrary library, PowerAssumptions assumptions)
    {
        var load = new double[netlist.Nets];
        foreach (var (pin, net) in netlist.Cells.SelectMany(cell => cell.Pins.Select(at => (Pin: cell.Cell.Pins.First(pin => pin.Name == at.Pin), at.Net))).Where(at => at.Pin.Direction == PinDirection.Input))
        {
            load[net] += pin.CapacitanceFarads + assumptions.WireFaradsPerSink;
        }

        var half = library.Volts * library.Volts / 2;
        foreach (var cell in netlist.Cells)
        {
            foreach (var (name, net) in cell.Pins)
            {
                var pin = cell.Cell.Pins.First(pin => pin.Name == name);
                if (pin.Direction == PinDirection.Output)
                {
                    yield return (cell.Cell, net, Inside(pin, assumptions.TransitionSeconds, load[net]) + (half * load[net]));
                }
            }
        }
    }

    /// <summary>Mean energy of a change of a pin inside its cell, over rise and fall and over all inputs and states that the library tells apart.</summary>
    internal static double Inside(LibertyPin pin, double transition, double load) => pin.InternalPower.Count == 0
        ? 0
        : pin.InternalPower.Average(power => (power.Rise.At(transition, load) + power.Fall.At(transition, load)) / 2);
}
