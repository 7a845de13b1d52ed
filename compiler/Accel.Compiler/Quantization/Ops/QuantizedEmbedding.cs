namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// A row of a table per token: <c>y[i] = sat(shift(code[token, i] * mantissa[token, i / group], OutputShift))</c>.
/// </summary>
public sealed record QuantizedEmbedding(LaneValue Output, WeightMatrix Table, int OutputShift) : QuantizedOp(Output)
{
    public override string Mnemonic => "embedding";

    public override IReadOnlyList<QuantizedValue> Operands => [];
}
