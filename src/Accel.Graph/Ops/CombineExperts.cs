namespace Accel.Graph.Ops;


/// <summary>Weighted sum of the experts' outputs: <c>y [T, k, d], weights [T, k] -> [T, d]</c>.</summary>
public sealed record CombineExperts : Op
{
    public override string Mnemonic => "combine_experts";

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 3 } y, { Element: ElementType.F32, Rank: 2 } w]
            when w.Shape.Dims[0] == y.Shape.Dims[0] && w.Shape.Last == y.Shape.Dims[1] => [y.WithShape(y.Shape.Dims[0], y.Shape.Last)],
        _ => throw Misfit("f32[T, k, d] and f32[T, k]", operands),
    };

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) => operands[0].Shape.ElementsAt(step);
}
