namespace Accel.Compiler.Quantization.Arithmetic;

/// <summary>Square roots of fractions: an even shift, a table between 1/4 and 1 with straight lines, half the shift back.</summary>
public static class SquareRoot
{
    private const int Fraction = 30;

    /// <summary><c>round(2^30 * sqrt(i/256))</c>, <c>i = 64..256</c>; entry 0 belongs to <c>i = 64</c>.</summary>
    public static IReadOnlyList<int> Entries => _entries;

    private static readonly int[] _entries = [.. Enumerable.Range(64, 193).Select(i => (int)Math.Round(Math.ScaleB(Math.Sqrt(i / 256.0), Fraction)))];

    /// <param name="v">30 fraction bits, in <c>[0, 2^30]</c>.</param>
    /// <returns>The root, 30 fraction bits.</returns>
    public static int Of(int v)
    {
        if (v <= 0)
        {
            return 0;
        }

        v = Math.Min(v, (1 << Fraction) - 1);
        // Even places, so that the mantissa lies in [2^28, 2^30).
        var places = (FixedPoint.Headroom(v) - 1) & ~1;
        var m = v << places;
        var i = (m >> 22) - 64;
        var root = _entries[i] + FixedPoint.Shift((long)(_entries[i + 1] - _entries[i]) * (m & ((1 << 22) - 1)), 22);
        return (int)FixedPoint.Shift(root, places / 2);
    }
}
