using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Passes;

/// <summary>The residual stream: what is added to it, the sum, and the embedding it starts from stay on chip for sums and norms.</summary>
public sealed class FuseResidual : IPass
{
    public string Name => "fuse-residual";

    public string Summary => "keeps the residual stream on chip";

    public void Run(ModelPlan plan)
    {
        foreach (var op in plan.Ops)
        {
            switch (op)
            {
                case QuantizedAdd add:
                    plan.KeepFor(add.Left, reader => reader == add);
                    plan.KeepFor(add.Right, reader => reader == add);
                    plan.KeepFor(add.Output, reader => reader is QuantizeRows or QuantizedRmsNorm);
                    break;
                case QuantizedEmbedding embedding:
                    plan.KeepFor(embedding.Output, reader => reader is QuantizeRows or QuantizedRmsNorm);
                    break;
            }
        }
    }
}
