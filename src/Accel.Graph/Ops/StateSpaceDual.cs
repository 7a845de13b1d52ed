namespace Accel.Graph.Ops;


/// <summary>
/// Mamba-2's recurrence per head: <c>S = exp(dt A) S + dt x B^T</c>, <c>y = S C + D x</c>.
/// <c>x [T, H, p], dt [T, H], A [H], B, C [T, G, N], D [H], state [H, p, N] -> y [T, H, p], state'</c>; head <c>h</c> reads group
/// <c>h / (H / G)</c>; <c>dt</c> after softplus and clamp, <c>A</c> negative.
/// </summary>
/// <remarks>Source: state-spaces/mamba, modules/mamba2.py.</remarks>
public sealed record StateSpaceDual : Op
{
    public override string Mnemonic => "state_space_dual";

    public override bool IsRowWise => false;

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 3 } x, var dt, var a, { Rank: 3 } b, var c, var d, var state]
            when dt == x.WithShape(x.Shape.Dims[0], x.Shape.Dims[1]) && a == TensorType.F32(x.Shape.Dims[1]) && c == b && d == a
                && b.Shape.Dims[1].Value is > 0 and var groups && x.Shape.Dims[1].Value % groups == 0
                && state == TensorType.F32(x.Shape.Dims[1], x.Shape.Last, b.Shape.Last) => [x, state],
        _ => throw Misfit("x [T, H, p], dt [T, H], A [H], B, C [T, G, N], D [H] and state [H, p, N]", operands),
    };

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        3 * operands[0].Shape.ElementsAt(step) * operands[3].Shape.Last.Value;
}
