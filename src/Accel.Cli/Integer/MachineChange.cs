using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Sim.Timing;

namespace Accel.Cli.Integer;

/// <summary>What another machine, or other weights, would make of the same work: compiled and simulated, not estimated.</summary>
/// <param name="Name">What differs.</param>
/// <param name="Report">Null where it cannot be built.</param>
/// <param name="Obstacle">Why it cannot.</param>
internal sealed record ChangeOutcome(string Name, TimingReport? Report, string? Obstacle);

/// <summary>A change to try.</summary>
internal sealed record MachineChange(string Name, Func<TimedModel, TimedModel> Apply)
{
    /// <summary>Twice of each resource, and the next smaller weights.</summary>
    public static IReadOnlyList<MachineChange> For(TimingRequest request)
    {
        var changes = new List<MachineChange>
        {
            new("twice the memory channels, DMA to match", model => On(model, machine => Wide(machine) with
            {
                Memory = machine.Memory with { Channels = 2 * machine.Memory.Channels, BytesPerSecond = 2 * machine.Memory.BytesPerSecond, Capacity = machine.Memory.Capacity * 2 },
                Dma = machine.Dma with { Outstanding = 2 * machine.Dma.Outstanding },
            })),
            new("twice the matmul arrays, ports to match", model => On(model, machine => Wide(machine) with { MatMulArrays = machine.MatMulArrays with { Count = 2 * machine.MatMulArrays.Count } })),
            new("twice the vector units, ports to match", model => On(model, machine => Wide(machine) with { VectorUnits = machine.VectorUnits with { Count = 2 * machine.VectorUnits.Count } })),
            new("twice the scratchpad", model => On(model, machine => machine with { Scratchpad = machine.Scratchpad with { Size = machine.Scratchpad.Size * 2 } })),
        };
        if (request.Weights is WeightChoice.Int8 or WeightChoice.Mixed)
        {
            changes.Add(new("weights int4", model => model.With(WeightChoice.Int4)));
        }
        else if (request.Weights == WeightChoice.Int4)
        {
            changes.Add(new("weights ternary", model => model.With(WeightChoice.Ternary)));
        }

        return changes;
    }

    /// <summary>Tries it; a machine that cannot be built, or that the model does not fit, is an outcome too.</summary>
    public ChangeOutcome Try(TimedModel model)
    {
        try
        {
            return new(Name, Apply(model).Time(new TimingOptions()), null);
        }
        catch (InputException obstacle)
        {
            return new(Name, null, obstacle.Faults[0] is var fault ? $"{fault.Place}: needs {fault.Expected}" : null);
        }
    }

    /// <summary>Twice the scratchpad's banks, so that more units do not share the ports of fewer.</summary>
    private static HardwareConfig Wide(HardwareConfig machine) => machine with { Scratchpad = machine.Scratchpad with { Banks = 2 * machine.Scratchpad.Banks } };

    /// <summary>A changed config goes through the checks of a written one.</summary>
    private static TimedModel On(TimedModel model, Func<HardwareConfig, HardwareConfig> change) =>
        model.On(HardwareConfigLoader.Parse(model.Hardware.Name, HardwareConfigPrinter.Print(change(model.Hardware))));
}
