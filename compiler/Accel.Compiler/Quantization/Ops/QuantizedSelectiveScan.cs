namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// Mamba-1's recurrence. Per channel c: <c>w = sat32(shift(dt * x, StepShift))</c>; per state n of it
/// <c>d = shift(dt * Decay[c, n], DecayShift)</c> (24 fraction bits), <c>h = sat32(shift(exp2neg(d) * h, 30) + shift(w * B[n], InputShift))</c>;
/// <c>y = sat(shift(sum_n h C[n], OutputShift) + shift(x * Skip[c], SkipShift))</c>. README, "Recurrences".
/// </summary>
/// <param name="Decay"><c>-A log2(e)</c>, <c>[Channels, N]</c>, 16 bits, not negative.</param>
/// <param name="Skip">D, 16 bits.</param>
public sealed record QuantizedSelectiveScan(
    LaneValue Input, LaneValue Step, LaneValue B, LaneValue C, LaneValue Output, RecurrentState State, ConstantVector Decay, ConstantVector Skip,
    int StepShift, int DecayShift, int InputShift, int OutputShift, int SkipShift) : QuantizedOp(Output)
{
    /// <summary>States per channel.</summary>
    public int StateSize => B.Width;

    public override string Mnemonic => "selective_scan";

    public override IReadOnlyList<QuantizedValue> Operands => [Input, Step, B, C];

    public override IReadOnlyList<QuantizedState> States => [State];
}
