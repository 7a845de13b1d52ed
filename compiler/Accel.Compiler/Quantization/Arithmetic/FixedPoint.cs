using System.Numerics;
using System.Runtime.CompilerServices;

namespace Accel.Compiler.Quantization.Arithmetic;

/// <summary>Rounding shift, saturation and normalisation: the primitives from which every op is made.</summary>
public static class FixedPoint
{
    /// <summary>
    /// <c>p / 2^s</c> rounded half up: <c>(p + 2^(s-1)) >> s</c> for <c>s > 0</c>, <c>p &lt;&lt; -s</c> for <c>s &lt;= 0</c>; 0 for
    /// <c>s > 62</c>. The left shift must not overflow.
    /// </summary>
    /// <param name="p">Magnitude at most <c>2^62</c>.</param>
    /// <param name="s">Places to the right.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Shift(long p, int s) => s <= 0 ? p << -s : s > 62 ? 0 : (p + (1L << (s - 1))) >> s;

    /// <summary>The nearest of <c>-limit..limit</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Saturate(long p, int limit) => p > limit ? limit : p < -limit ? -limit : (int)p;

    /// <summary>Saturates to <c>+-(2^31 - 1)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Saturate32(long p) => Saturate(p, int.MaxValue);

    /// <summary>Places to shift a positive int32 left so that it lies in <c>[2^30, 2^31)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Headroom(int positive) => BitOperations.LeadingZeroCount((uint)positive) - 1;

    /// <summary>Bits of a positive number: <c>2^(n-1) &lt;= p &lt; 2^n</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BitLength(long positive) => 64 - BitOperations.LeadingZeroCount((ulong)positive);

    /// <summary>The greatest magnitude of a row; 0 for an empty one.</summary>
    public static int AbsoluteMaximum(ReadOnlySpan<int> row)
    {
        var greatest = 0;
        foreach (var x in row)
        {
            greatest = Math.Max(greatest, Math.Abs(x));
        }

        return greatest;
    }
}
