using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Passes;

/// <summary>The two matrices of a gated unit, whose results are multiplied (one through a function), read one copy of their input.</summary>
public sealed class FuseGateUp : IPass
{
    public string Name => "fuse-gate-up";

    public string Summary => "gate and up projections read one copy of their input";

    public void Run(ModelPlan plan)
    {
        foreach (var product in plan.Ops.OfType<QuantizedMultiply>())
        {
            var (left, right) = (MatrixBehind(plan, plan.ProducerOf(product.Left)), MatrixBehind(plan, plan.ProducerOf(product.Right)));
            if (left >= 0 && right >= 0 && ((QuantizedLinear)plan.Ops[left]).Input == ((QuantizedLinear)plan.Ops[right]).Input)
            {
                plan.Keep(((QuantizedLinear)plan.Ops[left]).Input, Math.Max(left, right));
            }
        }
    }

    private static int MatrixBehind(ModelPlan plan, int op)
    {
        if (op >= 0 && plan.Ops[op] is QuantizedTable)
        {
            op = plan.ProducerOf(plan.Ops[op].Operands[0]);
        }

        return op >= 0 && plan.Ops[op] is QuantizedLinear ? op : -1;
    }
}
