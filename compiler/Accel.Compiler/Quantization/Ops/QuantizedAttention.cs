namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// Softmax attention over coded keys and values, in a form whose bits do not depend on how keys are tiled. README, "Attention".
/// </summary>
/// <param name="Query">Lanes of 16 bits, <c>[Heads, HeadWidth]</c> per token.</param>
/// <param name="Key">Lanes of 16 bits, <c>[KeyHeads, HeadWidth]</c>.</param>
/// <param name="Value">Lanes of 16 bits, <c>[KeyHeads, ValueWidth]</c>.</param>
/// <param name="Window">Keys that a query sees, itself included; 0 for all.</param>
/// <param name="QueryBits">Bits of the query's codes, 8 or 16.</param>
/// <param name="DotShift">Behind the product of dot and key scale.</param>
/// <param name="ScoreMantissa">16 bits: the attention scale, log2(e) and the codes' limits.</param>
/// <param name="ScoreShift">Behind the product with the query's scale; scores have <see cref="ScoreFraction"/> fraction bits.</param>
/// <param name="NumeratorShift">0 for values of 8 bits, 8 for 16.</param>
/// <param name="ValueMantissa">16 bits: one over the limit of the value codes.</param>
/// <param name="OutputShift">Behind it; the headroom of the value scales is added.</param>
public sealed record QuantizedAttention(
    LaneValue Query, LaneValue Key, LaneValue Value, LaneValue Output, CacheState Keys, CacheState Values, int Heads, int Window, int QueryBits,
    int DotShift, int ScoreMantissa, int ScoreShift, int NumeratorShift, int ValueMantissa, int OutputShift) : QuantizedOp(Output)
{
    /// <summary>Fraction bits of a score, in units of log2.</summary>
    public const int ScoreFraction = 16;

    /// <summary>Fraction bits of a probability before it is divided by the sum.</summary>
    public const int ProbabilityFraction = 14;

    public int KeyHeads => Keys.Heads;

    public int HeadWidth => Keys.Width;

    public int ValueWidth => Values.Width;

    public int QueryLimit => (1 << (QueryBits - 1)) - 1;

    public override string Mnemonic => "attention";

    public override IReadOnlyList<QuantizedValue> Operands => [Query, Key, Value];

    public override IReadOnlyList<QuantizedState> States => [Keys, Values];
}
