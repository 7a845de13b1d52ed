using System.Globalization;

namespace Accel.Core.Units;

/// <summary>A clock frequency in whole hertz; positive.</summary>
public readonly record struct Hertz(long Value) : IComparable<Hertz>
{
    public static bool operator <(Hertz a, Hertz b) => a.Value < b.Value;

    public static bool operator >(Hertz a, Hertz b) => a.Value > b.Value;

    public static bool operator <=(Hertz a, Hertz b) => a.Value <= b.Value;

    public static bool operator >=(Hertz a, Hertz b) => a.Value >= b.Value;

    public int CompareTo(Hertz other) => Value.CompareTo(other.Value);

    public override string ToString() => Value switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{Value / 1e9:0.###} GHz"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{Value / 1e6:0.###} MHz"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{Value / 1e3:0.###} kHz"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Value} Hz"),
    };
}
