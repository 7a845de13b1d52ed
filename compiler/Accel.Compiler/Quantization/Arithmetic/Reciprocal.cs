namespace Accel.Compiler.Quantization.Arithmetic;

/// <summary><c>2^47 / m</c> for a 24-bit mantissa: a seed from a ROM and two Newton steps.</summary>
public static class Reciprocal
{
    /// <summary>Seeds by the eight leading bits: <c>round(2^47 / ((i + 128.5) * 2^16))</c>, 24 bits each.</summary>
    public static IReadOnlyList<int> Seeds => _seeds;

    private static readonly int[] _seeds = MakeSeeds();

    /// <param name="m">In <c>[2^23, 2^24)</c>.</param>
    /// <returns>About <c>2^47 / m</c>, in <c>(2^23, 2^24]</c>, within 2 units.</returns>
    public static int Of(int m)
    {
        long y = _seeds[(m >> 16) - 128];
        y = FixedPoint.Shift(y * FixedPoint.Shift((1L << 48) - (m * y), 23), 24);
        y = FixedPoint.Shift(y * FixedPoint.Shift((1L << 48) - (m * y), 23), 24);
        return (int)y;
    }

    private static int[] MakeSeeds()
    {
        var seeds = new int[128];
        for (var i = 0; i < seeds.Length; i++)
        {
            // 2^47 / ((2 i + 257) * 2^15), rounded: exact in integers.
            var divisor = (2L * i) + 257;
            seeds[i] = (int)(((1L << 33) + divisor) / (2 * divisor));
        }

        return seeds;
    }
}
