using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim;

/// <summary>Refuses a program that was made for another machine, or that asks an array for what it does not have.</summary>
internal static class MachineChecks
{
    public static void Run(CompiledProgram program, HardwareConfig hardware)
    {
        var fingerprint = HardwareConfigPrinter.Fingerprint(hardware);
        if (program.Machine.Fingerprint != fingerprint)
        {
            throw new InputException(
                program.Name, "fingerprint", $"a program compiled for '{hardware.Name}' ({fingerprint[..12]})",
                $"one for another machine ({program.Machine.Fingerprint[..12]})");
        }

        // The same fingerprint with other sizes is a forged header.
        if (program.Machine != MachineShapes.Of(hardware))
        {
            throw new InputException(program.Name, "machine", $"{MachineShapes.Of(hardware)}", $"{program.Machine}");
        }

        foreach (var entry in program.EntryPoints)
        {
            for (var i = 0; i < entry.Instructions.Count; i++)
            {
                if (entry.Instructions[i] is MatMul product && Missing(product, hardware.MatMulArrays) is { } missing)
                {
                    throw new InputException(program.Name, $"{entry.Name}[{i}] matmul", $"what the arrays of '{hardware.Name}' can do", missing);
                }
            }
        }
    }

    private static string? Missing(MatMul product, MatMulArrayConfig arrays)
    {
        var dataflow = product.Dataflow == Dataflow.WeightStationary ? ArrayDataflow.WeightStationary : ArrayDataflow.OutputStationary;
        var activations = product.Activations.Type == LaneType.I8 ? ActivationType.Int8 : ActivationType.Int16;
        var weights = product.Weights.Format switch
        {
            CodeFormat.Ternary => WeightType.Ternary,
            CodeFormat.Int3 => WeightType.Int3,
            CodeFormat.Int4 => WeightType.Int4,
            CodeFormat.Int8 => WeightType.Int8,
            _ => WeightType.Int16,
        };
        return !arrays.Dataflows.Contains(dataflow) ? $"{dataflow}"
            : !arrays.Activations.Contains(activations) ? $"{activations} activations"
            : !arrays.Weights.Contains(weights) ? $"{weights} weights"
            : arrays.Rows % product.Fold != 0 ? $"a fold of {product.Fold} with {arrays.Rows} rows"
            : null;
    }
}
