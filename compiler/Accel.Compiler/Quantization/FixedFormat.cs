namespace Accel.Compiler.Quantization;

/// <summary>A static fixed-point format: the integer <c>q</c> stands for <c>q * 2^-Fraction</c> and saturates symmetrically.</summary>
/// <param name="Bits">Bits of storage, sign included: 16 or 32. Lanes in registers are int32 either way.</param>
/// <param name="Fraction">Fraction bits; may be negative, and may exceed <paramref name="Bits"/> for small values.</param>
public readonly record struct FixedFormat(int Bits, int Fraction)
{
    /// <summary>The greatest magnitude, <c>2^(Bits-1) - 1</c>; its negative is the least.</summary>
    public int Limit => (int)((1L << (Bits - 1)) - 1);

    public double ToReal(long q) => Math.ScaleB((double)q, -Fraction);

    public override string ToString() => $"q{Bits}.{Fraction}";
}
