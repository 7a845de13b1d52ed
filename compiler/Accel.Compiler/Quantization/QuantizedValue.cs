namespace Accel.Compiler.Quantization;

/// <summary>A value that each token of a step has: <see cref="Width"/> elements, one after another.</summary>
/// <param name="Id">Index in <see cref="QuantizedGraph.Values"/>.</param>
/// <param name="Name">The float graph's name of the same value, or of the value it prepares for.</param>
/// <param name="Width">Elements per token.</param>
public abstract record QuantizedValue(int Id, string Name, int Width)
{
    /// <summary>Bits that a token's row takes in memory.</summary>
    public abstract long BitsPerToken { get; }
}

/// <summary>Lanes in one static format: <c>x[i] = q[i] * 2^-Format.Fraction</c>.</summary>
public sealed record LaneValue(int Id, string Name, int Width, FixedFormat Format) : QuantizedValue(Id, Name, Width)
{
    public override long BitsPerToken => (long)Width * Format.Bits;
}

/// <summary>
/// Matrix input: signed codes with one dynamic scale per token, <c>x[i] = code[i] * scale * 2^-ScaleFraction</c>; the scale is a
/// non-negative int32.
/// </summary>
/// <param name="CodeBits">8 or 16; codes lie in <c>+-(2^(CodeBits-1) - 1)</c>.</param>
/// <param name="ScaleFraction">Fraction bits of the scale.</param>
public sealed record CodeValue(int Id, string Name, int Width, int CodeBits, int ScaleFraction) : QuantizedValue(Id, Name, Width)
{
    public int Limit => (1 << (CodeBits - 1)) - 1;

    public override long BitsPerToken => ((long)Width * CodeBits) + 32;
}
