namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// Matrix product: <c>S = sum_g mantissa[o, g] * (sum_(i in g) code[i] * w[o, i])</c>,
/// <c>y[o] = sat(shift(sat32(shift(S, SumShift)) * scale, OutputShift) + bias[o])</c>.
/// </summary>
/// <param name="Weight"><c>[out, in / Blocks]</c>.</param>
/// <param name="Blocks">Block-diagonal: rows <c>b * out / Blocks ..</c> read codes <c>b * in / Blocks ..</c>; 1 for a dense matrix.</param>
/// <param name="Bias">In the output's format, 32 bits; or null.</param>
public sealed record QuantizedLinear(
    CodeValue Input, LaneValue Output, WeightMatrix Weight, int Blocks, ConstantVector? Bias, int SumShift, int OutputShift) : QuantizedOp(Output)
{
    public override string Mnemonic => Blocks == 1 ? "linear" : "block_linear";

    public override IReadOnlyList<QuantizedValue> Operands => [Input];
}
