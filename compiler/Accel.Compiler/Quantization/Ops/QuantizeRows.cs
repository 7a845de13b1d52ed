namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// Lanes of a token to codes with one scale, with an RMS norm on the way if <see cref="Norm"/> is given: the norm's factor goes
/// into the scale. README, "Rows to codes".
/// </summary>
/// <param name="Input">Lanes.</param>
/// <param name="Output">Codes and scale.</param>
/// <param name="Norm">The norm, or null.</param>
/// <param name="ScaleMantissa">16 bits; the factor between absolute maximum (or norm ratio) and scale.</param>
/// <param name="ScaleShift">Rounding shift behind it: <c>scale = shift(p * ScaleMantissa, ScaleShift)</c>.</param>
public sealed record QuantizeRows(LaneValue Input, CodeValue Output, RowNorm? Norm, int ScaleMantissa, int ScaleShift) : QuantizedOp(Output)
{
    public override string Mnemonic => Norm is null ? "quantize_rows" : "norm_quantize_rows";

    public override IReadOnlyList<QuantizedValue> Operands => [Input];
}

/// <summary>
/// The constants of an RMS norm over rows. Epsilon enters the sum of squares of the normalised row as
/// <c>shift(EpsilonMantissa, EpsilonShift - 2 e)</c>, with e the row's headroom.
/// </summary>
/// <param name="EpsilonMantissa">31 bits, not negative.</param>
/// <param name="EpsilonShift">At headroom 0.</param>
/// <param name="GreatestHeadroom">e is no greater, so that the shift stays at -31 or above: a row this small is all epsilon.</param>
/// <param name="Weight">Per-column factors, 16 bits; null where the matrix behind has taken them in.</param>
public sealed record RowNorm(int EpsilonMantissa, int EpsilonShift, int GreatestHeadroom, ConstantVector? Weight);
