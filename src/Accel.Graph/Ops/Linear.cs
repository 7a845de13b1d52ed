namespace Accel.Graph.Ops;


/// <summary>Matrix product with a stored weight: <c>x [.., in], W [out, in] (, b [out]) -> [.., out]</c>, <c>y = x W^T + b</c>.</summary>
public sealed record Linear(bool Bias = false) : Op
{
    public override string Mnemonic => "linear";

    public override IEnumerable<OpAttribute> Attributes => Bias ? [new("bias", true)] : [];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Rank: >= 1 } x, { Element: ElementType.F32, Rank: 2 } w] when !Bias && Fits(x, w) => [Product(x, w)],
        [{ Rank: >= 1 } x, { Element: ElementType.F32, Rank: 2 } w, { Element: ElementType.F32, Rank: 1 } b] when Bias && Fits(x, w) && b.Shape.Last == w.Shape.Dims[0] => [Product(x, w)],
        _ => throw Misfit(Bias ? "f32[.., in], f32[out, in] and f32[out]" : "f32[.., in] and f32[out, in]", operands),
    };

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        operands[0].Shape.ElementsAt(step) * operands[1].Shape.Dims[0].Value;

    private static bool Fits(TensorType x, TensorType w) => x.Element == ElementType.F32 && x.Shape.Last == w.Shape.Last;

    private static TensorType Product(TensorType x, TensorType w) => x with { Shape = x.Shape.WithLast(w.Shape.Dims[0]) };
}
