using System.Globalization;

namespace Accel.Core.Units;

/// <summary>Numbers for readers: three significant digits, a decimal prefix, a unit.</summary>
public static class Engineering
{
    private static readonly (double Factor, string Prefix)[] _prefixes =
    [
        (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"), (1e-15, "f"),
    ];

    /// <summary><c>51.2 GB/s</c>, <c>2.05 TOPS</c>, <c>340 µs</c>; numbers without a unit get their prefix alone.</summary>
    public static string Format(double value, string unit = "")
    {
        var magnitude = Math.Abs(value);
        var (factor, prefix) = magnitude == 0 || !double.IsFinite(magnitude) ? (1, "") : _prefixes.FirstOrDefault(p => Rounded(magnitude / p.Factor) >= 1, _prefixes[^1]);
        var text = Digits(value / factor);
        return prefix.Length + unit.Length == 0 ? text : $"{text} {prefix}{unit}";
    }

    /// <summary>Three significant digits, no prefix: <c>0.0417</c>, <c>9.81</c>, <c>1,340</c>.</summary>
    public static string Digits(double value) => Math.Abs(value) switch
    {
        >= 99.95 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("G3", CultureInfo.InvariantCulture),
    };

    /// <summary>A share of 1 with one digit behind the point: <c>97.3 %</c>; what would round to nothing is <c>&lt;0.1 %</c>.</summary>
    public static string Percent(double share) => share is > 0 and < 0.0005 ? "<0.1 %" : share.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static double Rounded(double value) => value < 10 ? Math.Round(value, 2) : value;
}
