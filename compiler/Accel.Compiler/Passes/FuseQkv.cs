using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Passes;

/// <summary>Matrices that read the same codes on their way to one attention find them on chip.</summary>
public sealed class FuseQkv : IPass
{
    public string Name => "fuse-qkv";

    public string Summary => "queries, keys and values read one copy of their input";

    public void Run(ModelPlan plan)
    {
        foreach (var attention in plan.Ops.OfType<QuantizedAttention>())
        {
            foreach (var operand in attention.Operands)
            {
                if (MatrixBehind(plan, plan.ProducerOf(operand)) is var matrix and >= 0)
                {
                    var codes = ((QuantizedLinear)plan.Ops[matrix]).Input;
                    // The first reader is the business of the norm in front.
                    if (plan.ReadersOf(codes)[0] != matrix)
                    {
                        plan.Keep(codes, matrix);
                    }
                }
            }
        }
    }

    /// <summary>The matrix whose rotated, normed or narrowed result attention reads; -1 for none.</summary>
    private static int MatrixBehind(ModelPlan plan, int op)
    {
        while (op >= 0 && plan.Ops[op] is QuantizedRope or QuantizedRmsNorm or QuantizedSlice)
        {
            op = plan.ProducerOf(plan.Ops[op].Operands[0]);
        }

        return op >= 0 && plan.Ops[op] is QuantizedLinear ? op : -1;
    }
}
