using System.Globalization;
using Accel.Core.Diagnostics;

namespace Accel.Dram.Streams;

/// <summary>
/// A transfer as the command line takes it: <c>read</c> or <c>write</c>, then <c>base=</c>, <c>bytes=</c>, any number of <c>loop=COUNTxSTRIDE</c>
/// from the slowest, <c>start=</c> cycle and <c>port=</c>, separated by commas. Sizes take KiB, MiB, GiB, TiB or kB, MB, GB, TB.
/// </summary>
/// <param name="Descriptor">What to move.</param>
/// <param name="Start">First cycle.</param>
/// <param name="Port">Requester.</param>
public sealed record StreamSpec(DmaDescriptor Descriptor, long Start, int Port)
{
    private static readonly string[] _keys = ["base", "bytes", "loop", "start", "port"];

    private static readonly (string Suffix, long Factor)[] _units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ];

    /// <summary>Reads a specification.</summary>
    /// <exception cref="InputException">Names the part at fault.</exception>
    public static StreamSpec Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var isWrite = parts[0] switch
        {
            "read" => false,
            "write" => true,
            var other => throw new InputException("stream", text, "read or write first", other + Suggestion.Phrase(other, ["read", "write"])),
        };
        long origin = 0, bytes = 0, start = 0;
        var port = 0;
        var loops = new List<DmaLoop>();
        var seen = new HashSet<string>();
        foreach (var part in parts.Skip(1))
        {
            var (key, value) = part.Split('=', 2) is [var k, var v] ? (k.Trim(), v.Trim()) : (part, "");
            if (key != "loop" && !seen.Add(key))
            {
                throw new InputException("stream", text, $"{key} once", "twice");
            }

            switch (key)
            {
                case "base":
                    origin = Size(text, key, value);
                    break;
                case "bytes":
                    bytes = Size(text, key, value);
                    break;
                case "start":
                    start = Size(text, key, value);
                    break;
                case "port":
                    port = (int)Math.Min(int.MaxValue, Size(text, key, value));
                    break;
                case "loop" when value.Split('x', 2) is [var count, var stride]:
                    var back = stride.StartsWith('-');
                    loops.Add(new DmaLoop(Size(text, key, count), Size(text, key, stride[(back ? 1 : 0)..]) * (back ? -1 : 1)));
                    break;
                case "loop":
                    throw new InputException("stream", text, "loop=COUNTxSTRIDE", part);
                default:
                    throw new InputException("stream", text, "one of " + string.Join(", ", _keys), $"'{key}'" + Suggestion.Phrase(key, _keys));
            }
        }

        return bytes > 0
            ? new StreamSpec(new DmaDescriptor(origin, bytes, isWrite, [.. loops]), start, port)
            : throw new InputException("stream", text, "bytes= with a positive size", seen.Contains("bytes") ? "0" : "none");
    }

    private static long Size(string text, string key, string value)
    {
        var (suffix, factor) = _units.FirstOrDefault(u => value.EndsWith(u.Suffix, StringComparison.Ordinal), ("", 1));
        var digits = value[..^suffix.Length].Trim();
        var hexadecimal = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!(hexadecimal
                ? long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
                : long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            || number < 0 || number > long.MaxValue / factor)
        {
            throw new InputException("stream", text, $"a whole number, with or without a unit, for {key}", $"'{value}'");
        }

        return number * factor;
    }
}
