using System.Globalization;

namespace Accel.Core.Units;

/// <summary>A number of clock cycles of one clock domain. Arithmetic is checked.</summary>
public readonly record struct Cycles(long Value) : IComparable<Cycles>
{
    public static Cycles Zero => default;

    public static Cycles operator +(Cycles a, Cycles b) => new(checked(a.Value + b.Value));

    public static Cycles operator -(Cycles a, Cycles b) => new(checked(a.Value - b.Value));

    public static Cycles operator *(Cycles a, long factor) => new(checked(a.Value * factor));

    public static bool operator <(Cycles a, Cycles b) => a.Value < b.Value;

    public static bool operator >(Cycles a, Cycles b) => a.Value > b.Value;

    public static bool operator <=(Cycles a, Cycles b) => a.Value <= b.Value;

    public static bool operator >=(Cycles a, Cycles b) => a.Value >= b.Value;

    public int CompareTo(Cycles other) => Value.CompareTo(other.Value);

    /// <summary>How long these cycles last at a clock; rounded up to whole picoseconds.</summary>
    public Picoseconds CeilingAt(Hertz clock) =>
        new(checked((long)(((Int128)Value * Picoseconds.PerSecond + clock.Value - 1) / clock.Value)));

    public override string ToString() => Value.ToString("N0", CultureInfo.InvariantCulture) + " cycles";
}
