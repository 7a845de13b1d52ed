namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// Real-gated linear recurrent unit, per channel: <c>d = shift(r * Decay[c], DecayShift)</c> (24 fraction bits, not negative),
/// <c>a = exp2neg(d)</c>, <c>m = sqrt(2^30 - exp2neg(2 d))</c>, <c>g = sat32(shift(u * i, GatedShift))</c>,
/// <c>h = sat32(shift(a h + m g, 30))</c>; at position 0 <c>h = g</c>. <c>y = sat(shift(h, OutputShift))</c>. README, "Recurrences".
/// </summary>
/// <param name="Decay">Per channel <c>C softplus(lambda) log2(e)</c>, 16 bits.</param>
public sealed record QuantizedRgLru(
    LaneValue Input, LaneValue InputGate, LaneValue RecurrentGate, LaneValue Output, RecurrentState State, ConstantVector Decay,
    int DecayShift, int GatedShift, int OutputShift) : QuantizedOp(Output)
{
    /// <summary>Fraction bits of a decay's exponent.</summary>
    public const int DecayFraction = 24;

    public override string Mnemonic => "rg_lru";

    public override IReadOnlyList<QuantizedValue> Operands => [Input, InputGate, RecurrentGate];

    public override IReadOnlyList<QuantizedState> States => [State];
}
