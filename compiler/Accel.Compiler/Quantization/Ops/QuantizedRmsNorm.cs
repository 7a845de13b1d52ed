namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// RMS norm whose result is a value (queries and keys per head): each run of <see cref="RunLength"/> lanes on its own,
/// <c>y[i] = sat(shift(u[i] * weight[i], OutputShift))</c>. README, "RMS norm".
/// </summary>
/// <param name="RunLength">Lanes that are normed together; divides the width.</param>
/// <param name="Norm">Epsilon, and the weight <c>[RunLength]</c> or <c>[Width]</c>; always present here.</param>
public sealed record QuantizedRmsNorm(LaneValue Input, LaneValue Output, int RunLength, RowNorm Norm, int OutputShift) : QuantizedOp(Output)
{
    public override string Mnemonic => "rms_norm";

    public override IReadOnlyList<QuantizedValue> Operands => [Input];
}
