using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;
using Accel.Hardware;

namespace Accel.Compiler.Scheduling;

/// <summary>Whether a machine multiplies the codes that a model has.</summary>
internal static class MachineChecks
{
    /// <exception cref="InputException">Names every op that the machine cannot do, at most ten of them.</exception>
    public static void Run(QuantizedGraph graph, Machine machine)
    {
        var arrays = machine.Config.MatMulArrays;
        var faults = new List<Diagnostic>();
        void Demand(bool holds, QuantizedOp op, string field, string needed)
        {
            if (!holds && faults.Count < 10)
            {
                faults.Add(new(machine.Name, $"matmulArrays.{field}", $"{needed} for '{op.Result.Name}' ({op.Mnemonic}) of {graph.Name}", "a machine without"));
            }
        }

        foreach (var op in graph.Ops)
        {
            switch (op)
            {
                case QuantizedLinear linear:
                    Demand(arrays.Activations.Contains(linear.Input.CodeBits == 8 ? ActivationType.Int8 : ActivationType.Int16), op, "activations", $"int{linear.Input.CodeBits}");
                    Demand(arrays.Weights.Contains(TypeOf(linear.Weight.Format)), op, "weights", $"{TypeOf(linear.Weight.Format)}".ToLowerInvariant());
                    break;
                case QuantizedAttention attention:
                    Demand(arrays.Activations.Contains(attention.QueryBits == 8 ? ActivationType.Int8 : ActivationType.Int16), op, "activations", $"int{attention.QueryBits}");
                    Demand(arrays.Activations.Contains(ActivationType.Int16), op, "activations", "int16");
                    Demand(arrays.Weights.Contains(attention.Keys.CodeBits == 8 ? WeightType.Int8 : WeightType.Int16), op, "weights", $"int{attention.Keys.CodeBits}");
                    break;
            }
        }

        if (faults.Count > 0)
        {
            throw new InputException(faults);
        }
    }

    private static WeightType TypeOf(WeightFormat format) => format switch
    {
        WeightFormat.Int8 => WeightType.Int8,
        WeightFormat.Int4 => WeightType.Int4,
        WeightFormat.Int3 => WeightType.Int3,
        _ => WeightType.Ternary,
    };
}
