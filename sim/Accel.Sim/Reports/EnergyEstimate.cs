using Accel.Isa.Commands;
using Accel.Sim.Timing;

namespace Accel.Sim.Reports;

/// <summary>One use of energy.</summary>
/// <param name="Name">What used it.</param>
/// <param name="Joules">Of the whole run.</param>
/// <param name="Source">Where its figure comes from.</param>
public sealed record EnergyPart(string Name, double Joules, string Source);

/// <summary>
/// What a run's events cost by the figures of the config and of the memory's standard. Not counted, for want of a figure: leakage, clocks, wires, the
/// sequencer, accumulators. So it is a lower estimate.
/// </summary>
public sealed record EnergyEstimate(IReadOnlyList<EnergyPart> Parts, double Seconds)
{
    public double Joules => Parts.Sum(part => part.Joules);

    public double Watts => Seconds == 0 ? 0 : Joules / Seconds;

    public static EnergyEstimate Of(TimingReport report)
    {
        var (energy, vectors) = (report.Hardware.Energy, report.Hardware.VectorUnits);
        var parts = new List<EnergyPart>();
        if (report.Dram is { } dram)
        {
            parts.Add(new("DRAM", dram.Energy.Total, dram.Energy.Source));
        }

        var laneCycles = (double)report.Operators.Sum(op => op.BusyCycles[(int)UnitKind.Vector]) * vectors.Lanes;
        parts.Add(new("multiply-accumulates", (double)report.Macs * Joule(energy.MacInt8.Femtojoules), energy.MacInt8.Source));
        parts.Add(new("vector lanes, all busy while their unit is", laneCycles * Joule(energy.VectorLane.Femtojoules), energy.VectorLane.Source));
        parts.Add(new("scratchpad, transfers only", report.TotalBytes * Joule(energy.ScratchpadByte.Femtojoules), energy.ScratchpadByte.Source));
        return new(parts, report.Seconds);
    }

    private static double Joule(long femtojoules) => femtojoules * 1e-15;
}
