using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Passes;

/// <summary>A gated unit between its matrices: gate, function, product and the codes for the matrix behind never leave the chip.</summary>
public sealed class FuseSwiGlu : IPass
{
    public string Name => "fuse-swiglu";

    public string Summary => "keeps a gated unit's values on chip between its matrices";

    public void Run(ModelPlan plan)
    {
        foreach (var product in plan.Ops.OfType<QuantizedMultiply>())
        {
            var sides = new[] { product.Left, product.Right };
            if (!sides.Any(side => plan.ProducerOf(side) is var op and >= 0 && plan.Ops[op] is QuantizedTable { Use: TableUse.Gate }))
            {
                continue;
            }

            foreach (var side in sides)
            {
                plan.KeepFor(side, reader => reader == product);
                if (plan.ProducerOf(side) is var op and >= 0 && plan.Ops[op] is QuantizedTable table)
                {
                    plan.KeepFor(table.Input, reader => reader == table);
                }
            }

            plan.KeepFor(product.Output, reader => reader is QuantizeRows);
        }
    }
}
