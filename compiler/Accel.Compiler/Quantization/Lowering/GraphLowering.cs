using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Lowering;

/// <summary>Walks the float graph and lowers node after node.</summary>
internal static class GraphLowering
{
    public static QuantizedGraph Lower(LoweringContext context)
    {
        var embedding = context.Graph.NodesOf<Embedding>().FirstOrDefault()
            ?? throw new Core.Diagnostics.InputException(context.Graph.Name, "embedding", "a graph that starts from token ids", "none");
        foreach (var node in context.Graph.Nodes)
        {
            if (!context.Absorbed.Contains(node) && !node.Results.All(LoweringContext.IsConstant))
            {
                Lower(context, node);
            }
        }

        return new QuantizedGraph
        {
            Name = context.Graph.Name,
            Values = context.Values,
            States = context.States,
            Ops = context.Ops,
            Matrices = [.. context.Matrices],
            VocabularySize = checked((int)embedding.Operands[1].Type.Shape.Dims[0].Value),
            Logits = context[context.Graph.Output("logits")],
        };
    }

    /// <summary>Every op that has an integer meaning, one line each.</summary>
    private static void Lower(LoweringContext context, Node node)
    {
        switch (node.Op)
        {
            case Embedding: MatrixLowering.Embedding(context, node); break;
            case Linear: MatrixLowering.Linear(context, node); break;
            case BlockLinear: MatrixLowering.BlockLinear(context, node); break;
            case RmsNorm: NormLowering.Norm(context, node); break;
            case Reshape: context.Alias(node.Result, context[node.Operands[0]]); break;
            case Split: ElementwiseLowering.Split(context, node); break;
            case Binary: ElementwiseLowering.Binary(context, node); break;
            case Unary: TableLowering.Unary(context, node); break;
            case Rope: AttentionLowering.Rope(context, node); break;
            case Attention: AttentionLowering.Attention(context, node); break;
            case CausalConv: RecurrenceLowering.CausalConv(context, node); break;
            case RgLru: RecurrenceLowering.RgLru(context, node); break;
            case SelectiveScan: RecurrenceLowering.SelectiveScan(context, node); break;
            default: throw context.Unsupported(node.Results[0], "an operator of the integer model");
        }
    }
}
