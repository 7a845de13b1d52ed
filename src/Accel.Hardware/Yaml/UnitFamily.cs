using System.Globalization;

namespace Accel.Hardware.Yaml;

/// <summary>Units of one kind of quantity: symbols and what they count for in the base unit.</summary>
internal sealed record UnitFamily(string Noun, string Example, params (string Symbol, long Factor)[] Units)
{
    public static readonly UnitFamily Frequency = new(
        "a frequency", "1 GHz", ("Hz", 1), ("kHz", 1_000), ("MHz", 1_000_000), ("GHz", 1_000_000_000));

    public static readonly UnitFamily Size = new("a size", "2 MiB", ("B", 1), ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40));

    public static readonly UnitFamily Bandwidth = new("a bandwidth", "34 GB/s", ("MB/s", 1_000_000), ("GB/s", 1_000_000_000), ("TB/s", 1_000_000_000_000));

    public static readonly UnitFamily Width = new("a width", "16 bit", ("bit", 1));

    public static readonly UnitFamily Time = new("a time", "16 cycles", ("cycles", 1));

    public static readonly UnitFamily Energy = new("an energy", "0.2 pJ", ("fJ", 1), ("pJ", 1_000), ("nJ", 1_000_000));

    public static readonly UnitFamily Length = new("a length", "7 nm", ("nm", 1));

    public string SymbolList => string.Join(", ", Units.Select(unit => unit.Symbol));

    /// <summary>For editors: a decimal number, one blank, a unit.</summary>
    public string Pattern => $"^[0-9]+(\\.[0-9]+)? ({string.Join('|', Units.Select(unit => unit.Symbol))})$";

    /// <summary>Number, one blank, unit; the product must be whole in the base unit.</summary>
    public bool TryParse(string text, out long value)
    {
        value = 0;
        var blank = text.IndexOf(' ');
        if (blank <= 0 || blank > 20)
        {
            return false;
        }

        var number = text.AsSpan(0, blank);
        if (number[0] == '.' || number[^1] == '.'
            || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
        {
            return false;
        }

        foreach (var (symbol, factor) in Units)
        {
            if (text.AsSpan(blank + 1).SequenceEqual(symbol))
            {
                if (amount > long.MaxValue / factor)
                {
                    return false;
                }

                value = (long)(amount * factor);
                return value == amount * factor;
            }
        }

        return false;
    }

    /// <summary>The value in the largest unit that leaves it whole.</summary>
    public string Print(long value)
    {
        var (symbol, factor) = Units.Last(unit => value % unit.Factor == 0 && (value != 0 || unit.Factor == 1));
        return string.Create(CultureInfo.InvariantCulture, $"{value / factor} {symbol}");
    }
}
