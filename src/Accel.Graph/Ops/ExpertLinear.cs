namespace Accel.Graph.Ops;


/// <summary>
/// A linear layer whose matrix is chosen per token: <c>x [T, in] or [T, k, in], experts i32[T, k], W [E, out, in] (, b [E, out]) ->
/// [T, k, out]</c>.
/// </summary>
public sealed record ExpertLinear(bool Bias = false) : Op
{
    public override string Mnemonic => "expert_linear";

    public override IEnumerable<OpAttribute> Attributes => Bias ? [new("bias", true)] : [];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands)
    {
        if (operands.Length != (Bias ? 4 : 3) || operands[0] is not { Element: ElementType.F32, Rank: 2 or 3 } x
            || operands[1] is not { Element: ElementType.I32, Rank: 2 } experts || operands[2] is not { Element: ElementType.F32, Rank: 3 } w
            || x.Shape.Last != w.Shape.Last || x.Shape.Dims[0] != experts.Shape.Dims[0]
            || (x.Rank == 3 && x.Shape.Dims[1] != experts.Shape.Last)
            || (Bias && operands[3] != TensorType.F32(w.Shape.Dims[0], w.Shape.Dims[1])))
        {
            throw Misfit("f32[T, in] or f32[T, k, in], i32[T, k], f32[E, out, in] (and f32[E, out])", operands);
        }

        return [x.WithShape(x.Shape.Dims[0], experts.Shape.Last, w.Shape.Dims[1])];
    }

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        operands[1].Shape.ElementsAt(step) * operands[2].Shape.Dims[1].Value * operands[2].Shape.Last.Value;
}
