namespace Accel.Compiler.Quantization.Arithmetic;

/// <summary><c>2^35 / sqrt(m)</c> for a mantissa of 23 or 24 bits: a seed from a ROM and two Newton steps.</summary>
public static class ReciprocalSquareRoot
{
    /// <summary>Seeds by the leading bits of m, from 64 to 255: <c>round(2^35 / sqrt((i + 0.5) * 2^16))</c>.</summary>
    public static IReadOnlyList<int> Seeds => _seeds;

    private static readonly int[] _seeds = MakeSeeds();

    /// <param name="m">In <c>[2^22, 2^24)</c>.</param>
    /// <returns>About <c>2^35 / sqrt(m)</c>, in <c>[2^23, 2^24]</c>, within 4 units.</returns>
    public static int Of(int m)
    {
        long y = _seeds[(m >> 16) - 64];
        y = FixedPoint.Shift(y * FixedPoint.Shift((3L << 46) - (m * FixedPoint.Shift(y * y, 24)), 23), 24);
        y = FixedPoint.Shift(y * FixedPoint.Shift((3L << 46) - (m * FixedPoint.Shift(y * y, 24)), 23), 24);
        return (int)y;
    }

    /// <summary>The mantissa and half exponent of a positive number: <c>p</c> is about <c>m * 4^k</c>.</summary>
    /// <returns>m in <c>[2^22, 2^24)</c>, truncated; k may be negative.</returns>
    public static (int M, int K) Normalise(long p)
    {
        // An even number of places, so that 23 or 24 bits remain.
        var k = (FixedPoint.BitLength(p) - 23) >> 1;
        return ((int)(k >= 0 ? p >> (2 * k) : p << (-2 * k)), k);
    }

    private static int[] MakeSeeds()
    {
        var seeds = new int[192];
        for (var i = 0; i < seeds.Length; i++)
        {
            seeds[i] = (int)Math.Round(Math.ScaleB(1, 35) / Math.Sqrt((i + 64.5) * 65536));
        }

        return seeds;
    }
}
