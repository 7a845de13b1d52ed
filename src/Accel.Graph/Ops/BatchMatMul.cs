namespace Accel.Graph.Ops;


/// <summary>Product of two computed tensors per row: <c>[T, m, k], [T, k, n] -> [T, m, n]</c>.</summary>
public sealed record BatchMatMul : Op
{
    public override string Mnemonic => "batch_matmul";

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 3 } a, { Element: ElementType.F32, Rank: 3 } b]
            when a.Shape.Dims[0] == b.Shape.Dims[0] && a.Shape.Last == b.Shape.Dims[1] => [a with { Shape = a.Shape.WithLast(b.Shape.Last) }],
        _ => throw Misfit("f32[T, m, k] and f32[T, k, n]", operands),
    };

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        operands[0].Shape.ElementsAt(step) * operands[1].Shape.Last.Value;
}
