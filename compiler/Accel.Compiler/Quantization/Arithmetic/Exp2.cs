namespace Accel.Compiler.Quantization.Arithmetic;

/// <summary>Powers of two with negative exponents: a shift for the whole part, a table for the fraction.</summary>
public static class Exp2
{
    /// <summary>Fraction bits of a sample, and so of <see cref="Negative"/>.</summary>
    public const int Fraction = 30;

    private const int IndexBits = 8;

    /// <summary><c>round(2^30 * 2^(-i/256))</c>, <c>i = 0..256</c>.</summary>
    public static IReadOnlyList<int> Entries => _entries;

    private static readonly int[] _entries =
        [.. Enumerable.Range(0, (1 << IndexBits) + 1).Select(i => (int)Math.Round(Math.ScaleB(Math.Pow(2, -i / 256.0), Fraction)))];

    /// <summary><c>2^-d</c> with <paramref name="resultFraction"/> fraction bits, rounded once behind the interpolation.</summary>
    /// <param name="d">Exponent with <paramref name="fraction"/> fraction bits.</param>
    /// <param name="fraction">8 to 30.</param>
    /// <param name="resultFraction">At most 30.</param>
    public static int Negative(long d, int fraction, int resultFraction = Fraction)
    {
        var whole = d >> fraction;
        if (whole > Fraction + 1)
        {
            return 0;
        }

        var rest = (int)(d & ((1L << fraction) - 1));
        var place = fraction - IndexBits;
        var i = rest >> place;
        var value = _entries[i] - (int)FixedPoint.Shift((long)(_entries[i] - _entries[i + 1]) * (rest & ((1 << place) - 1)), place);
        return (int)FixedPoint.Shift(value, (int)whole + Fraction - resultFraction);
    }
}
