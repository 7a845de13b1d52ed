using System.Globalization;
using Accel.Core.Diagnostics;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa.Encoding;

/// <summary>Fields from the words of one line, in any order.</summary>
internal sealed class TextFieldReader : FieldReader
{
    private readonly string _file;
    private readonly int _line;
    private readonly Dictionary<string, string> _fields = [];
    private readonly HashSet<string> _asked = [];

    /// <param name="file">Name for messages.</param>
    /// <param name="line">From 1.</param>
    /// <param name="words">The line's words behind the mnemonic.</param>
    public TextFieldReader(string file, int line, ReadOnlySpan<string> words)
    {
        (_file, _line) = (file, line);
        foreach (var word in words)
        {
            var sign = word.IndexOf('=');
            if (sign <= 0)
            {
                throw new InputException(Place, "", "name=value", $"'{word}'");
            }

            if (!_fields.TryAdd(word[..sign], word[(sign + 1)..]))
            {
                throw new InputException(Place, word[..sign], "each field once", "it again");
            }
        }
    }

    private string Place => $"{_file}:{_line}";

    /// <summary>Refuses fields that the instruction does not have.</summary>
    public void Close()
    {
        foreach (var name in _fields.Keys.Where(name => !_asked.Contains(name)).Order(StringComparer.Ordinal))
        {
            throw new InputException(Place, name, $"a field of this instruction{Suggestion.Phrase(name, _asked)}", $"'{name}'");
        }
    }

    public override long Number(string name, long minimum = long.MinValue, long maximum = long.MaxValue)
    {
        var text = Take(name);
        if (!TryNumber(text, out var value))
        {
            throw Fault(name, "a whole number", $"'{text}'");
        }

        return value >= minimum && value <= maximum ? value : throw Fault(name, $"a number from {minimum} to {maximum}", text);
    }

    public override Expression Value(string name) => ParseValue(name, Take(name));

    public override T Word<T>(string name)
    {
        var text = Take(name);
        return Words<T>.TryParse(text, out var value)
            ? value
            : throw Fault(name, $"one of {string.Join(", ", Words<T>.All)}{Suggestion.Phrase(text, Words<T>.All)}", $"'{text}'");
    }

    public override UnitId Unit(string name)
    {
        var text = Take(name);
        return UnitId.TryParse(text, out var unit) && unit.ToString() == text ? unit : throw Fault(name, "a unit such as dma0, array0 or vector0", $"'{text}'");
    }

    public override SemaphoreList Semaphores(string name)
    {
        _asked.Add(name);
        if (!_fields.TryGetValue(name, out var text))
        {
            return default;
        }

        var parts = text.Split(',');
        if (parts.Length > SemaphoreList.MaximumLength)
        {
            throw Fault(name, $"at most {SemaphoreList.MaximumLength} semaphores", $"{parts.Length}");
        }

        var uses = new SemaphoreUse[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var star = parts[i].IndexOf('*');
            var count = 1L;
            if (!TryNumber(star < 0 ? parts[i] : parts[i][..star], out var semaphore) || semaphore is < 0 or > int.MaxValue
                || (star >= 0 && !TryNumber(parts[i][(star + 1)..], out count)) || count is < 1 or > int.MaxValue)
            {
                throw Fault(name, "semaphores such as 3 or 3*2", $"'{parts[i]}'");
            }

            uses[i] = new((int)semaphore, (int)count);
        }

        return SemaphoreList.Create(uses);
    }

    public override bool Present(string name) => _fields.ContainsKey(name) || _fields.Keys.Any(key => key.StartsWith($"{name}.", StringComparison.Ordinal));

    public override View View(string name)
    {
        var text = Take(name);
        var at = text.IndexOf('@');
        var open = text.IndexOf('[');
        if (at < 0 || open < at || text[^1] != ']' || !Words<LaneType>.TryParse(text[..at], out var type) || text[(open + 1)..^1].Split(',') is not [var planes, var rows, var columns])
        {
            throw Fault(name, "a view such as i32@4096[1:0,tokens:512,128:4]", $"'{text}'");
        }

        var (planeCount, planeStride) = Axis(name, planes);
        var (rowCount, rowStride) = Axis(name, rows);
        var (columnCount, columnStride) = Axis(name, columns);
        return new(type, ParseValue(name, text[(at + 1)..open]), columnCount)
        {
            Planes = planeCount, Rows = rowCount, PlaneStride = planeStride, RowStride = rowStride, ColumnStride = columnStride,
        };
    }

    public override View? OptionalView(string name)
    {
        _asked.Add(name);
        return _fields.ContainsKey(name) ? View(name) : null;
    }

    public override Operand Operand(string name)
    {
        var text = Take(name);
        return text is not ['#', ..] ? View(name) : TryNumber(text[1..], out var constant) ? constant : throw Fault(name, "a view or a constant such as #7", $"'{text}'");
    }

    public override InputException Fault(string name, string expected, string found) => new(Place, name, expected, found);

    private (Expression Count, long Stride) Axis(string name, string text)
    {
        var colon = text.IndexOf(':');
        return colon > 0 && TryNumber(text[(colon + 1)..], out var stride) && stride is >= 0 and <= 1L << 48
            ? (ParseValue(name, text[..colon]), stride)
            : throw Fault(name, "an axis as count:stride", $"'{text}'");
    }

    private Expression ParseValue(string name, string text) => Expression.TryParse(text, out var value)
        ? value
        : throw Fault(name, $"a sum of a constant and up to {Expression.MaximumTerms} registers, such as 4096+position*128", $"'{text}'");

    /// <summary>A field as it stands.</summary>
    public string Raw(string name) => Take(name);

    private string Take(string name)
    {
        _asked.Add(name);
        return _fields.TryGetValue(name, out var text) ? text : throw Fault(name, "this field", "nothing");
    }

    private static bool TryNumber(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
