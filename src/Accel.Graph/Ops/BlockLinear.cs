namespace Accel.Graph.Ops;


/// <summary>
/// One small matrix per head: <c>x [T, H, i], W [H, o, i] -> [T, H, o]</c>, or with <paramref name="InputMajor"/>
/// <c>W [H, i, o]</c>. The block-diagonal gates of RG-LRU and the absorbed projections of MLA.
/// </summary>
public sealed record BlockLinear(bool InputMajor = false) : Op
{
    public override string Mnemonic => "block_linear";

    public override IEnumerable<OpAttribute> Attributes => InputMajor ? [new("input_major", true)] : [];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands)
    {
        if (operands is not [{ Element: ElementType.F32, Rank: 3 } x, { Element: ElementType.F32, Rank: 3 } w] || x.Shape.Dims[1] != w.Shape.Dims[0])
        {
            throw Misfit("f32[T, H, i] and f32[H, o, i]", operands);
        }

        var (input, output) = InputMajor ? (w.Shape.Dims[1], w.Shape.Dims[2]) : (w.Shape.Dims[2], w.Shape.Dims[1]);
        return x.Shape.Last == input ? [x with { Shape = x.Shape.WithLast(output) }] : throw Misfit("equal inner extents", operands);
    }

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        operands[0].Shape.ElementsAt(step) * (InputMajor ? operands[1].Shape.Dims[2] : operands[1].Shape.Dims[1]).Value;
}
