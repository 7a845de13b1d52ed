using System.Numerics;
using System.Runtime.CompilerServices;

namespace Accel.Sim.Blocks;

/// <summary>Shifters and saturators as every unit has them. A result beyond 64 bits throws <see cref="OverflowException"/>.</summary>
internal static class FixedPoint
{
    /// <summary><c>value / 2^places</c>, halves up; a negative number of places shifts left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Shift(long value, long places) => places switch
    {
        <= 0 => ShiftLeft(value, -places),
        // The bit below the cut is the half: adding it rounds without a sum that could overflow.
        <= 62 => (value >> (int)places) + ((value >> (int)(places - 1)) & 1),
        _ => 0,
    };

    /// <summary><c>floor(value / 2^places)</c>; a negative number of places shifts left.</summary>
    public static long ShiftFloor(long value, long places) => places <= 0 ? ShiftLeft(value, -places) : value >> (int)Math.Min(places, 63);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ShiftLeft(long value, long places)
    {
        if (value == 0 || places == 0)
        {
            return value;
        }

        var shifted = places < 64 ? value << (int)places : 0;
        return places < 64 && shifted >> (int)places == value ? shifted : throw new OverflowException($"{value} << {places}");
    }

    /// <summary>The nearest of <c>-limit .. limit</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Saturate(long value, long limit) => value > limit ? limit : value < -limit ? -limit : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Saturate32(long value) => Saturate(value, int.MaxValue);

    /// <summary>Leading zeros of a positive 32-bit number, less one.</summary>
    public static int Headroom(long value) => value is > 0 and <= int.MaxValue
        ? BitOperations.LeadingZeroCount((uint)value) - 1
        : throw new ArgumentOutOfRangeException(nameof(value), $"headroom of {value}");

    /// <summary>Bits of a positive number.</summary>
    public static int BitLength(long value) => value > 0
        ? 64 - BitOperations.LeadingZeroCount((ulong)value)
        : throw new ArgumentOutOfRangeException(nameof(value), $"bit length of {value}");
}
