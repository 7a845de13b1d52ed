using System.Globalization;

namespace Accel.Core.Units;

/// <summary>A span of time in whole picoseconds. Arithmetic is checked; rounding to cycles is named.</summary>
public readonly record struct Picoseconds(long Value) : IComparable<Picoseconds>
{
    /// <summary>Picoseconds in a second.</summary>
    public const long PerSecond = 1_000_000_000_000;

    public static Picoseconds Zero => default;

    public static Picoseconds operator +(Picoseconds a, Picoseconds b) => new(checked(a.Value + b.Value));

    public static Picoseconds operator -(Picoseconds a, Picoseconds b) => new(checked(a.Value - b.Value));

    public static Picoseconds operator *(Picoseconds a, long factor) => new(checked(a.Value * factor));

    public static bool operator <(Picoseconds a, Picoseconds b) => a.Value < b.Value;

    public static bool operator >(Picoseconds a, Picoseconds b) => a.Value > b.Value;

    public static bool operator <=(Picoseconds a, Picoseconds b) => a.Value <= b.Value;

    public static bool operator >=(Picoseconds a, Picoseconds b) => a.Value >= b.Value;

    public int CompareTo(Picoseconds other) => Value.CompareTo(other.Value);

    /// <summary>The least whole number of clock periods that covers this span.</summary>
    public Cycles CeilingIn(Picoseconds clockPeriod) => new(checked((Value + clockPeriod.Value - 1) / clockPeriod.Value));

    public override string ToString() => Value switch
    {
        >= PerSecond => string.Create(CultureInfo.InvariantCulture, $"{Value / 1e12:0.###} s"),
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{Value / 1e9:0.###} ms"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{Value / 1e6:0.###} us"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{Value / 1e3:0.###} ns"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Value} ps"),
    };
}
