using System.Globalization;
using Accel.Core.Diagnostics;

namespace Accel.Dram.Text;

/// <summary>Comma-separated fields of an option: bare words, or <c>name=value</c>; every error names the option and the field.</summary>
internal sealed class FieldList(string option, string text)
{
    /// <summary>Fields in the order they were given; the value of a bare word is empty.</summary>
    public IEnumerable<(string Name, string Value)> Fields => text
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(part => part.IndexOf('=') is >= 0 and var at ? (part[..at].Trim(), part[(at + 1)..].Trim()) : (part, ""));

    public InputException Unknown(string name, params IReadOnlyList<string> known) =>
        Fault(name, "one of " + string.Join(", ", known), $"'{name}'" + Suggestion.Phrase(name, known));

    public InputException Fault(string name, string expected, string found) => new(option, name, expected, found);

    public int Count(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw Fault(name, "a whole number", $"'{value}'");

    /// <summary>A number of bytes: decimal, 0x.., or with KiB, MiB, GiB behind it; may be negative where a stride goes down.</summary>
    public long Bytes(string name, string value)
    {
        foreach (var (suffix, shift) in new[] { ("KiB", 10), ("MiB", 20), ("GiB", 30) })
        {
            if (value.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                var scaled = (Int128)Bytes(name, value[..^3].Trim()) << shift;
                return scaled >= long.MinValue && scaled <= long.MaxValue ? (long)scaled : throw Fault(name, "a number of 64 bits", $"'{value}'");
            }
        }

        var isHex = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return long.TryParse(isHex ? value[2..] : value, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bytes)
            ? bytes
            : throw Fault(name, "a number of bytes, such as 4096, 0x1000 or 4 KiB", $"'{value}'");
    }
}
