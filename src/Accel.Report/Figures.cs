using System.Globalization;
using Accel.Core.Units;

namespace Accel.Report;

/// <summary>Numbers as a reader wants them: three significant digits, a unit, no culture.</summary>
public static class Figures
{
    private static readonly (double Scale, string Prefix)[] _prefixes =
        [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")];

    /// <summary>Exact, with separators: <c>12,345</c>.</summary>
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Separators as far as they help, else a prefix: <c>12,345</c>, <c>1.23 M</c>.</summary>
    public static string Count(double value) =>
        (Math.Abs(value) < 100_000 && value == Math.Floor(value)) || Math.Abs(value) is >= 1000 and < 1_000_000 ? value.ToString("N0", CultureInfo.InvariantCulture) : Engineering(value, "");

    /// <summary>Binary prefixes: <c>1.27 MiB</c>.</summary>
    public static string Bytes(double value) => new Bytes((long)Math.Round(value)).ToString();

    /// <summary>Seconds with a decimal prefix: <c>1.27 ms</c>.</summary>
    public static string Seconds(double value) => Engineering(value, "s");

    /// <summary>Any unit with a decimal prefix: <c>51.2 GB/s</c>.</summary>
    public static string Engineering(double value, string unit)
    {
        var (scale, prefix) = value == 0 ? (1, "") : _prefixes.FirstOrDefault(known => Math.Abs(value) >= known.Scale * 0.9995, _prefixes[^1]);
        var digits = Significant(value / scale);
        return unit.Length + prefix.Length == 0 ? digits : $"{digits} {prefix}{unit}";
    }

    /// <summary>A share: <c>12.3 %</c>.</summary>
    public static string Percent(double share) => (share * 100).ToString(Math.Abs(share) is >= 0.1 or 0 ? "0.0" : "0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>A change, with its sign: <c>+1.2 %</c>.</summary>
    public static string Change(double share) => (share >= 0 ? "+" : "−") + Percent(Math.Abs(share));

    /// <summary>Three significant digits without an exponent, down to a millionth.</summary>
    public static string Significant(double value)
    {
        if (Math.Abs(value) is < 1e-6 and > 0)
        {
            return value.ToString("0.##e+0", CultureInfo.InvariantCulture);
        }

        var size = value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return value.ToString(size >= 2 ? "#,##0" : "0." + new string('#', Math.Max(0, 2 - size)), CultureInfo.InvariantCulture);
    }
}
