using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Passes;

/// <summary>Attention from its matrices to the codes of its result: rotation, norms, scores and sums stay on chip.</summary>
public sealed class FuseAttention : IPass
{
    public string Name => "fuse-attention";

    public string Summary => "keeps queries, keys, values and scores of attention on chip";

    public void Run(ModelPlan plan)
    {
        plan.KeepsScores = true;
        foreach (var attention in plan.Ops.OfType<QuantizedAttention>())
        {
            foreach (var operand in attention.Operands)
            {
                KeepChain(plan, operand, attention);
            }

            plan.KeepFor(attention.Output, reader => reader is QuantizeRows);
        }
    }

    private static void KeepChain(ModelPlan plan, QuantizedValue value, QuantizedOp reader)
    {
        plan.KeepFor(value, op => op == reader);
        if (plan.ProducerOf(value) is var producer and >= 0 && plan.Ops[producer] is (QuantizedRope or QuantizedRmsNorm or QuantizedSlice) and var op)
        {
            KeepChain(plan, op.Operands[0], op);
        }
    }
}
