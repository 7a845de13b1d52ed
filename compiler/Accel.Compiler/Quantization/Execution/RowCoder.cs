using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;
using static Accel.Compiler.Quantization.Arithmetic.FixedPoint;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>The two steps that turn a row of lanes into codes: the norm's sum of squares, and division by the absolute maximum.</summary>
internal static class RowCoder
{
    /// <summary>Writes <c>round(z * limit / max|z|)</c>; the maximum is returned.</summary>
    public static int Encode(ReadOnlySpan<int> z, Span<short> codes, int limit)
    {
        var a = AbsoluteMaximum(z);
        if (a == 0)
        {
            codes.Clear();
            return 0;
        }

        var narrow = limit > 127 ? 8 : 0;
        var h = Headroom(a);
        var factor = Shift((long)Reciprocal.Of((int)(((long)a << h) >> 7)) * limit, narrow);
        var places = 54 - h - narrow;
        for (var i = 0; i < z.Length; i++)
        {
            codes[i] = (short)Saturate(Shift(z[i] * factor, places), limit);
        }

        return a;
    }

    /// <summary>Normalises a row to 20 bits; the reciprocal root of its sum of squares is <c>r 2^-(35+k)</c>.</summary>
    public static (int R, int K) Normalise(ReadOnlySpan<int> x, Span<int> normalised, RowNorm norm)
    {
        var e = Math.Min(Headroom(Math.Max(1, AbsoluteMaximum(x))), norm.GreatestHeadroom);
        var sum = 0L;
        for (var i = 0; i < x.Length; i++)
        {
            var xh = Shift(x[i], 11 - e);
            normalised[i] = (int)xh;
            sum += xh * xh;
        }

        sum = Math.Max(1, sum + Shift(norm.EpsilonMantissa, norm.EpsilonShift - (2 * e)));
        var (m, k) = ReciprocalSquareRoot.Normalise(sum);
        return (ReciprocalSquareRoot.Of(m), k);
    }
}
