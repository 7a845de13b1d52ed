using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Passes;

/// <summary>The codes of a row, normed or not, stay on chip for the first matrix that reads them.</summary>
public sealed class FuseNormMatMul : IPass
{
    public string Name => "fuse-norm-matmul";

    public string Summary => "keeps a row's codes on chip for the first matrix behind the norm";

    public void Run(ModelPlan plan)
    {
        foreach (var rows in plan.Ops.OfType<QuantizeRows>())
        {
            if (plan.ReadersOf(rows.Output) is [var first, ..] && plan.Ops[first] is QuantizedLinear)
            {
                plan.Keep(rows.Output, first);
            }
        }
    }
}
