using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Passes;

/// <summary>Around convolutions and recurrences, values stay on chip: slices, gates, products, and the codes that several of their matrices share.</summary>
public sealed class FuseRecurrence : IPass
{
    public string Name => "fuse-recurrence";

    public string Summary => "keeps the values around convolutions and recurrences on chip";

    public void Run(ModelPlan plan)
    {
        foreach (var op in plan.Ops.Where(op => op is QuantizedCausalConv or QuantizedRgLru or QuantizedSelectiveScan))
        {
            foreach (var operand in op.Operands)
            {
                KeepBack(plan, operand, op);
            }

            KeepForward(plan, op.Result);
        }
    }

    private static void KeepBack(ModelPlan plan, QuantizedValue value, QuantizedOp reader)
    {
        plan.KeepFor(value, op => op == reader);
        if (plan.ProducerOf(value) is var matrix and >= 0 && plan.Ops[matrix] is QuantizedLinear { Input: var codes } && plan.ReadersOf(codes)[0] != matrix)
        {
            // Several matrices prepare one recurrence; the first reader of their codes is the business of the norm in front.
            plan.Keep(codes, matrix);
        }

        if (plan.ProducerOf(value) is var producer and >= 0 && plan.Ops[producer] is (QuantizedSlice or QuantizedTable or QuantizedMultiply) and var op)
        {
            foreach (var operand in op.Operands)
            {
                KeepBack(plan, operand, op);
            }
        }
    }

    private static void KeepForward(ModelPlan plan, QuantizedValue value)
    {
        foreach (var reader in plan.ReadersOf(value))
        {
            plan.Keep(value, reader);
            if (plan.Ops[reader] is (QuantizedMultiply or QuantizedTable or QuantizedSlice) and var op)
            {
                foreach (var operand in op.Operands)
                {
                    KeepBack(plan, operand, op);
                }

                KeepForward(plan, op.Result);
            }
        }
    }
}
