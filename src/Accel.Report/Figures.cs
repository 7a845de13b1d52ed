using System.Globalization;
using Accel.Core.Units;

namespace Accel.Report;

/// <summary>Numbers as a reader of the page wants them: three significant digits, no exponent, no culture.</summary>
public static class Figures
{
    /// <summary>Exact, with separators: <c>12,345</c>.</summary>
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Separators as far as they help, else a prefix: <c>12,345</c>, <c>1.23 M</c>.</summary>
    public static string Count(double value) => Math.Abs(value) is >= 1000 and < 1_000_000 || (Math.Abs(value) < 1000 && value == Math.Floor(value))
        ? value.ToString("N0", CultureInfo.InvariantCulture)
        : Engineering.Format(value);

    /// <summary>Binary prefixes: <c>1.27 MiB</c>.</summary>
    public static string Bytes(double value) => new Bytes((long)Math.Round(value)).ToString();

    /// <summary>A share: <c>12.3 %</c>.</summary>
    public static string Percent(double share) => (share * 100).ToString(Math.Abs(share) is >= 0.1 or 0 ? "0.0" : "0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>A change, with its sign: <c>+1.2 %</c>.</summary>
    public static string Change(double share) => (share >= 0 ? "+" : "−") + Percent(Math.Abs(share));

    /// <summary>Four decimals: a loss of a thousandth shows.</summary>
    public static string Perplexity(double value) => value.ToString("#,##0.0000", CultureInfo.InvariantCulture);

    /// <summary>Three significant digits; an exponent only far from 1.</summary>
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
