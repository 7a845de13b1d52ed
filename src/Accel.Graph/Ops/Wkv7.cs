namespace Accel.Graph.Ops;


/// <summary>
/// RWKV-7's recurrence per head: <c>S = S diag(w) + (S a) b^T + v k^T</c>, <c>o = S r</c>.
/// <c>r, w, k, v, a, b [T, H, n], state [H, n, n] -> o [T, H, n], state'</c>; the state is <c>[value, key]</c>; <c>a = -kk</c>,
/// <c>b = kk * iclr</c>.
/// </summary>
/// <remarks>Source: BlinkDL/RWKV-LM, rwkv_v7_demo_rnn.py.</remarks>
public sealed record Wkv7 : Op
{
    public override string Mnemonic => "wkv7";

    public override bool IsRowWise => false;

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 3 } r, var w, var k, var v, var a, var b, var state]
            when w == r && k == r && v == r && a == r && b == r
                && state == TensorType.F32(r.Shape.Dims[1], r.Shape.Last, r.Shape.Last) => [r, state],
        _ => throw Misfit("r, w, k, v, a, b [T, H, n] and state [H, n, n]", operands),
    };

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        5 * operands[0].Shape.ElementsAt(step) * operands[0].Shape.Last.Value;
}
