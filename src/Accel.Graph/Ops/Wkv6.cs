namespace Accel.Graph.Ops;


/// <summary>
/// RWKV-6's recurrence per head: <c>o = r (S + u * k^T v)</c>, <c>S = diag(w) S + k^T v</c>.
/// <c>r, k, v, w [T, H, n], u [H, n], state [H, n, n] -> o [T, H, n], state'</c>; the state is <c>[key, value]</c>, <c>w</c> the decay in (0, 1).
/// </summary>
/// <remarks>Source: BlinkDL/RWKV-LM, rwkv_v6_demo.py.</remarks>
public sealed record Wkv6 : Op
{
    public override string Mnemonic => "wkv6";

    public override bool IsRowWise => false;

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 3 } r, var k, var v, var w, var u, var state]
            when k == r && v == r && w == r && u == TensorType.F32(r.Shape.Dims[1], r.Shape.Last)
                && state == TensorType.F32(r.Shape.Dims[1], r.Shape.Last, r.Shape.Last) => [r, state],
        _ => throw Misfit("r, k, v, w [T, H, n], u [H, n] and state [H, n, n]", operands),
    };

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        3 * operands[0].Shape.ElementsAt(step) * operands[0].Shape.Last.Value;
}
