namespace Accel.Graph.Ops;


/// <summary>
/// Mamba-1's recurrence per channel <c>d</c> and state <c>n</c>: <c>h = exp(dt A) h + dt x B</c>, <c>y = sum_n h C + D x</c>.
/// <c>x, dt [T, d], A [d, N], B, C [T, N], D [d], state [d, N] -> y [T, d], state'</c>; <c>dt</c> after its softplus, <c>A</c> negative.
/// </summary>
/// <remarks>Source: state-spaces/mamba, modules/mamba_simple.py.</remarks>
public sealed record SelectiveScan : Op
{
    public override string Mnemonic => "selective_scan";

    public override bool IsRowWise => false;

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 2 } x, var dt, { Rank: 2 } a, { Rank: 2 } b, var c, var d, var state]
            when dt == x && a.Shape.Dims[0] == x.Shape.Last && b == x.WithShape(x.Shape.Dims[0], a.Shape.Last) && c == b
                && d == TensorType.F32(x.Shape.Last) && state == a => [x, state],
        _ => throw Misfit("x, dt [T, d], A [d, N], B, C [T, N], D [d] and state [d, N]", operands),
    };

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        3 * operands[0].Shape.ElementsAt(step) * operands[2].Shape.Last.Value;
}
