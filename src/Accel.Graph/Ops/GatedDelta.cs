namespace Accel.Graph.Ops;


/// <summary>
/// Gated delta rule per head: <c>S = g S</c>, <c>u = beta (v - S^T k)</c>, <c>S = S + k u^T</c>, <c>o = S^T q</c>.
/// <c>q, k [T, H, dk], v [T, H, dv], g, beta [T, H], state [H, dk, dv] -> o [T, H, dv], state'</c>; q and k come normalised.
/// </summary>
/// <remarks>Source: Qwen3-Next as in ml-explore/mlx-lm, gated_delta.py.</remarks>
public sealed record GatedDelta : Op
{
    public override string Mnemonic => "gated_delta";

    public override bool IsRowWise => false;

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 3 } q, var k, { Element: ElementType.F32, Rank: 3 } v, var g, var beta, var state]
            when k == q && v.Shape.WithLast(1) == q.Shape.WithLast(1) && g == q.WithShape(q.Shape.Dims[0], q.Shape.Dims[1]) && beta == g
                && state == TensorType.F32(q.Shape.Dims[1], q.Shape.Last, v.Shape.Last) => [v, state],
        _ => throw Misfit("q, k [T, H, dk], v [T, H, dv], g, beta [T, H] and state [H, dk, dv]", operands),
    };

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        4 * operands[0].Shape.ElementsAt(step) * operands[2].Shape.Last.Value;
}
