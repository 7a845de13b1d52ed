using System.Numerics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>The integer model's primitives as logic; each equals its namesake in <c>Quantization.Arithmetic.FixedPoint</c>.</summary>
internal static class FixedPointLogic
{
    /// <summary>A shift by more places than this is 0.</summary>
    private const int GreatestShift = 62;

    /// <summary>Rounding shift by a constant: <c>(p + 2^(s-1)) >> s</c>, or to the left for <c>s &lt;= 0</c>.</summary>
    public static Signed Shift(Signed p, int places)
    {
        if (places <= 0)
        {
            return p.ShiftLeft(-places);
        }

        if (places > GreatestShift)
        {
            return Signed.Constant(0);
        }

        // No more than the sum's bits are left, and one for the sign.
        var sum = p + Signed.Constant(places + 1, BigInteger.One << (places - 1));
        return sum.ShiftRight(places).Truncate(Math.Max(1, sum.Width - places));
    }

    /// <summary>Rounding shift by places known at run time.</summary>
    /// <param name="places">Within <paramref name="range"/>.</param>
    public static Signed Shift(Signed p, Signed places, ShiftRange range)
    {
        if (range.Least == range.Greatest)
        {
            return Shift(p, range.Least);
        }

        var right = range.Greatest > 0 ? Right(p, places, range) : p;
        if (range.Least >= 0)
        {
            return right;
        }

        var left = p.ShiftLeft((-places).AsUnsigned().Truncate(Bits.Of(-range.Least)), p.Width - range.Least);
        return range.Greatest > 0 ? places.IsNegative().Select(left, right) : left;
    }

    /// <summary>The nearest of <c>+-(2^(bits-1) - 1)</c>.</summary>
    public static Signed Saturate(Signed p, int bits)
    {
        if (p.Width < bits)
        {
            return p.Extend(bits);
        }

        var limit = Signed.Constant(bits, (BigInteger.One << (bits - 1)) - 1);
        var least = Signed.Constant(bits, 1 - (BigInteger.One << (bits - 1)));
        return (p > limit).Select(limit, (p < least).Select(least, p.Truncate(bits)));
    }

    /// <summary>Saturates to 16 bits where <paramref name="isNarrow"/>, else to 32: the one lane that a module writes.</summary>
    public static Signed SaturateLane(Module m, Signed p, Unsigned isNarrow)
    {
        var greatest = (BigInteger.One << 31) - 1;
        var exact = m.Wire("exact_lane", p);
        var most = m.Wire("most", isNarrow.Select(Signed.Constant(32, short.MaxValue), Signed.Constant(32, greatest)));
        var least = m.Wire("least", isNarrow.Select(Signed.Constant(32, -short.MaxValue), Signed.Constant(32, -greatest)));
        return (exact > most).Select(most, (exact < least).Select(least, exact.Resize(32)));
    }

    /// <summary>|p|, in as many bits as p has; the least number is not expected.</summary>
    public static Unsigned Magnitude(Signed p) => p.IsNegative().Select((-p).Truncate(p.Width), p).AsUnsigned();

    /// <summary>Index of the highest bit that is set; 0 for 0.</summary>
    public static Unsigned HighestBit(Module m, string name, Unsigned value)
    {
        var width = 1;
        while (width < value.Width)
        {
            width *= 2;
        }

        // A binary search: at each level the upper half if anything is set there.
        var (rest, index) = (value.Extend(width), (Unsigned?)null);
        for (var half = width / 2; half >= 1; half /= 2)
        {
            var upper = m.Wire($"{name}_upper_{half}", rest.Slice((2 * half) - 1, half).Any());
            index = index is { } high ? Unsigned.Concat(high, upper) : upper;
            rest = m.Wire($"{name}_rest_{half}", upper.Select(rest.Slice((2 * half) - 1, half), rest.Slice(half - 1, 0)));
        }

        return index ?? Unsigned.Constant(1, 0);
    }

    private static Signed Right(Signed p, Signed places, ShiftRange range)
    {
        var greatest = Math.Min(range.Greatest, GreatestShift);
        var count = places.AsUnsigned().Truncate(Math.Min(places.Width, Bits.Of(range.Greatest)));
        var half = Unsigned.Constant(1, 1).ShiftLeft(count, greatest + 1).ShiftRight(1);
        var shifted = (p + half.ToSigned()).ShiftRight(count);
        return range.Greatest > GreatestShift
            ? (count > Unsigned.Constant(count.Width, GreatestShift)).Select(Signed.Constant(shifted.Width, 0), shifted)
            : shifted;
    }
}

/// <summary>The places by which a shift moves, over all uses of a block.</summary>
internal readonly record struct ShiftRange(int Least, int Greatest)
{
    public static ShiftRange Of(IEnumerable<int> places)
    {
        var all = places.ToList();
        return new(all.Min(), all.Max());
    }
}
