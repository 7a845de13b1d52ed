namespace Accel.Sim.Blocks.Vectors;

/// <summary>The vector unit's functions of one number: seeds and samples in ROM, then multiplications and shifts.</summary>
/// <remarks>Seeds come from integer roots and quotients; the exponential's samples are far from ties at 31 of 53 bits.</remarks>
internal static class FunctionRom
{
    private static readonly long[] _reciprocalSeeds = [.. Enumerable.Range(0, 128).Select(i => RoundedQuotient(1L << 32, (2L * i) + 257))];

    private static readonly long[] _rootSeeds = [.. Enumerable.Range(0, 192).Select(i => RoundedRoot((1L << 57) / ((2L * i) + 129)))];

    private static readonly long[] _exponentials = [.. Enumerable.Range(0, 257).Select(i => (long)Math.Round(Math.Pow(2, 30 - (i / 256.0))))];

    private static readonly long[] _roots = [.. Enumerable.Range(64, 193).Select(i => RoundedRoot((long)i << 54))];

    /// <summary>About <c>2^47 / m</c>, m in <c>[2^23, 2^24)</c>: two Newton steps from a seed by the leading bits.</summary>
    public static long Reciprocal(long m)
    {
        Demand(m is >= 1 << 23 and < 1 << 24, "reciprocal", m);
        var y = _reciprocalSeeds[(m >> 16) - 128];
        for (var step = 0; step < 2; step++)
        {
            y = FixedPoint.Shift(y * FixedPoint.Shift((1L << 48) - (m * y), 23), 24);
        }

        return y;
    }

    /// <summary>About <c>2^35 / sqrt(m)</c>, m in <c>[2^22, 2^24)</c>.</summary>
    public static long ReciprocalSquareRoot(long m)
    {
        Demand(m is >= 1 << 22 and < 1 << 24, "reciprocal square root", m);
        var y = _rootSeeds[(m >> 16) - 64];
        for (var step = 0; step < 2; step++)
        {
            y = FixedPoint.Shift(y * FixedPoint.Shift((3L << 46) - (m * FixedPoint.Shift(y * y, 24)), 23), 24);
        }

        return y;
    }

    /// <summary><c>2^-x</c>: the whole part shifts, the fraction interpolates between 257 samples.</summary>
    public static long Exp2Negative(long x, int argumentFraction, int resultFraction)
    {
        Demand(x >= 0, "power of two", x);
        var whole = x >> argumentFraction;
        if (whole > 31)
        {
            return 0;
        }

        var place = argumentFraction - 8;
        var rest = x & ((1L << argumentFraction) - 1);
        var i = rest >> place;
        var between = rest & ((1L << place) - 1);
        var value = _exponentials[i] - FixedPoint.Shift((_exponentials[i] - _exponentials[i + 1]) * between, place);
        return FixedPoint.Shift(value, whole + 30 - resultFraction);
    }

    /// <summary>Square root with 30 fraction bits.</summary>
    public static long SquareRoot(long v)
    {
        Demand(v is >= 0 and <= 1 << 30, "square root", v);
        if (v == 0)
        {
            return 0;
        }

        v = Math.Min(v, (1 << 30) - 1);
        var places = (FixedPoint.Headroom(v) - 1) & ~1;
        var m = v << places;
        var i = (m >> 22) - 64;
        var root = _roots[i] + FixedPoint.Shift((_roots[i + 1] - _roots[i]) * (m & ((1 << 22) - 1)), 22);
        return FixedPoint.Shift(root, places / 2);
    }

    private static void Demand(bool holds, string function, long argument)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(nameof(argument), $"{function} of {argument}");
        }
    }

    /// <summary>Nearest to <c>dividend / divisor</c>; an odd divisor leaves no ties.</summary>
    private static long RoundedQuotient(long dividend, long divisor) => ((2 * dividend) + divisor) / (2 * divisor);

    /// <summary>Nearest to <c>sqrt(fourfold / 4)</c>, from the whole root of the fourfold.</summary>
    private static long RoundedRoot(long fourfold)
    {
        var root = (long)Math.Sqrt(fourfold);
        while (root * root > fourfold)
        {
            root--;
        }

        while ((root + 1) * (root + 1) <= fourfold)
        {
            root++;
        }

        return (root + 1) >> 1;
    }
}
