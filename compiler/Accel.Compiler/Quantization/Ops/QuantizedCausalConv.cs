namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// Depthwise causal convolution: <c>y[t, c] = sat(shift(sum_k tap[c, k] * x[t - (K-1) + k, c], OutputShift) + bias[c])</c>. Earlier
/// inputs stand in the state.
/// </summary>
/// <param name="Taps"><c>[Channels, K]</c>, 16 bits; the last tap meets the current token.</param>
/// <param name="Bias">In the output's format; or null.</param>
public sealed record QuantizedCausalConv(LaneValue Input, LaneValue Output, ConvState State, ConstantVector Taps, ConstantVector? Bias, int OutputShift)
    : QuantizedOp(Output)
{
    /// <summary>Taps per channel.</summary>
    public int Width => State.Rows + 1;

    public override string Mnemonic => "causal_conv";

    public override IReadOnlyList<QuantizedValue> Operands => [Input];

    public override IReadOnlyList<QuantizedState> States => [State];
}
