using System.Numerics;

namespace Accel.Rtl.ConstantMatrix.Graphs;

/// <summary>The values that a signal can take, both ends included.</summary>
public readonly record struct ValueRange(long Min, long Max)
{
    /// <summary>Every int8, -128 included.</summary>
    public static ValueRange Int8 { get; } = new(sbyte.MinValue, sbyte.MaxValue);

    /// <summary>Bits of the least two's complement word that holds them; 1 for a signal that is always zero.</summary>
    public int SignedBits => 65 - BitOperations.LeadingZeroCount((ulong)(Min < 0 ? ~Min : Min) | (ulong)(Max < 0 ? ~Max : Max));

    /// <summary>The range of <paramref name="factor"/> times a value of this range.</summary>
    public ValueRange Times(long factor) => factor < 0 ? new(factor * Max, factor * Min) : new(factor * Min, factor * Max);

    public static ValueRange operator +(ValueRange a, ValueRange b) => new(a.Min + b.Min, a.Max + b.Max);
}
