namespace Accel.Graph.Ops;


/// <summary>
/// Depthwise causal convolution: <c>y[t, c] = sum_k w[c, k] x[t - (K - 1) + k, c] (+ b[c])</c>, the last tap on the current token.
/// <c>x [T, C], w [C, K] (, b [C]), state [K - 1, C] -> y [T, C], state'</c>; the state holds the last inputs, oldest first.
/// </summary>
public sealed record CausalConv(bool Bias = false) : Op
{
    public override string Mnemonic => "causal_conv";

    public override bool IsRowWise => false;

    public override IEnumerable<OpAttribute> Attributes => Bias ? [new("bias", true)] : [];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands)
    {
        if (operands.Length != (Bias ? 4 : 3) || operands[0] is not { Element: ElementType.F32, Rank: 2 } x || operands[1] is not { Element: ElementType.F32, Rank: 2 } w
            || w.Shape.Dims[0] != x.Shape.Last || operands[^1] != TensorType.F32(w.Shape.Last.Value - 1, x.Shape.Last)
            || (Bias && operands[2] != TensorType.F32(x.Shape.Last)))
        {
            throw Misfit(Bias ? "f32[T, C], f32[C, K], f32[C] and f32[K - 1, C]" : "f32[T, C], f32[C, K] and f32[K - 1, C]", operands);
        }

        return [x, operands[^1]];
    }

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) =>
        operands[0].Shape.ElementsAt(step) * operands[1].Shape.Last.Value;
}
