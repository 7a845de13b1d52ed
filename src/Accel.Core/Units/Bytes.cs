using System.Globalization;

namespace Accel.Core.Units;

/// <summary>An amount of memory, in bytes. Arithmetic is checked.</summary>
public readonly record struct Bytes(long Value) : IComparable<Bytes>
{
    private static readonly string[] _suffixes = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static Bytes Zero => default;

    public static Bytes operator +(Bytes a, Bytes b) => new(checked(a.Value + b.Value));

    public static Bytes operator -(Bytes a, Bytes b) => new(checked(a.Value - b.Value));

    public static Bytes operator *(Bytes a, long factor) => new(checked(a.Value * factor));

    public static bool operator <(Bytes a, Bytes b) => a.Value < b.Value;

    public static bool operator >(Bytes a, Bytes b) => a.Value > b.Value;

    public static bool operator <=(Bytes a, Bytes b) => a.Value <= b.Value;

    public static bool operator >=(Bytes a, Bytes b) => a.Value >= b.Value;

    public int CompareTo(Bytes other) => Value.CompareTo(other.Value);

    /// <summary>Binary prefixes, exact for whole multiples, else three significant digits: <c>2 MiB</c>, <c>1.46 GiB</c>.</summary>
    public override string ToString()
    {
        var scaled = (double)Value;
        var step = 0;
        while (Math.Abs(scaled) >= 1024 && step < _suffixes.Length - 1)
        {
            scaled /= 1024;
            step++;
        }

        var digits = scaled == Math.Floor(scaled) ? "0" : Math.Abs(scaled) >= 100 ? "0" : Math.Abs(scaled) >= 10 ? "0.0" : "0.00";
        return string.Create(CultureInfo.InvariantCulture, $"{scaled.ToString(digits, CultureInfo.InvariantCulture)} {_suffixes[step]}");
    }
}
