using System.Globalization;
using Accel.Core.Diagnostics;

namespace Accel.Hardware.Yaml;

/// <summary>
/// A mapping of a config, read field by field. A fault is noted and reading goes on with a harmless value, so that one run names all;
/// every field is required but those that have a default.
/// </summary>
internal sealed class ConfigSection
{
    /// <summary>The words of a flag.</summary>
    public static readonly (string Word, bool Value)[] Flags = [("true", true), ("false", false)];

    private readonly ConfigDocument _document;
    private readonly YamlMapping? _mapping;
    private readonly string _path;
    private readonly List<string> _known = [];

    private ConfigSection(ConfigDocument document, YamlMapping? mapping, string path) => (_document, _mapping, _path) = (document, mapping, path);

    /// <summary>The whole file.</summary>
    public static ConfigSection Root(ConfigDocument document, YamlNode node)
    {
        if (node is not YamlMapping)
        {
            document.Fault(node, "", "a mapping of fields", Describe(node));
        }

        return new(document, node as YamlMapping, "");
    }

    public ConfigSection Section(string key, string description)
    {
        var node = Find(new(Path(key), description, "object"), key);
        if (node is not null and not YamlMapping)
        {
            _document.Fault(node, Path(key), "a mapping of fields", Describe(node));
        }

        return new(_document, node as YamlMapping, Path(key));
    }

    public int Integer(string key, string description, int minimum, int maximum)
    {
        var node = Find(new(Path(key), description, "integer", Minimum: minimum, Maximum: maximum), key);
        if (node is null)
        {
            return minimum;
        }

        if (node is YamlScalar scalar
            && int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum)
        {
            return value;
        }

        _document.Fault(node, Path(key), $"a whole number from {minimum} to {maximum}", Describe(node));
        return minimum;
    }

    /// <returns>In the family's base unit.</returns>
    public long Quantity(string key, string description, UnitFamily units, long minimum, long maximum)
    {
        var node = Find(new(Path(key), $"{description} Units: {units.SymbolList}.", "string", units.Pattern), key);
        if (node is null)
        {
            return minimum;
        }

        if (node is not YamlScalar scalar || !units.TryParse(scalar.Text, out var value))
        {
            _document.Fault(node, Path(key), $"{units.Noun} with its unit ({units.SymbolList}), such as '{units.Example}'", Describe(node));
            return minimum;
        }

        if (value < minimum || value > maximum)
        {
            _document.Fault(node, Path(key), $"{units.Print(minimum)} to {units.Print(maximum)}", Describe(node));
            return minimum;
        }

        return value;
    }

    public string Text(string key, string description, string? pattern = null, Func<string, bool>? accept = null, string expected = "a text")
    {
        var node = Find(new(Path(key), description, "string", pattern), key);
        if (node is YamlScalar { Text: { Length: > 0 and <= 300 } text } && !text.Any(char.IsControl) && (accept is null || accept(text)))
        {
            return text;
        }

        if (node is not null)
        {
            _document.Fault(node, Path(key), expected, Describe(node));
        }

        return "";
    }

    public T Word<T>(string key, string description, IReadOnlyList<(string Word, T Value)> words)
    {
        var known = Known(words);
        var node = Find(new(Path(key), description, "string", Words: known), key);
        return node is null ? words[0].Value : Match(node, Path(key), words, known);
    }

    /// <summary>A field that may be left out.</summary>
    public bool Flag(string key, string description, bool byDefault)
    {
        var node = Find(new(Path(key), description, "boolean", Default: byDefault), key);
        return node is null ? byDefault : Match(node, Path(key), Flags, Known(Flags));
    }

    public ConfigSet<T> Words<T>(string key, string description, IReadOnlyList<(string Word, T Value)> words)
        where T : struct, Enum
    {
        var known = Known(words);
        var node = Find(new(Path(key), description, "array", Words: known), key);
        if (node is not YamlSequence { Items.Count: > 0 } sequence)
        {
            if (node is not null)
            {
                _document.Fault(node, Path(key), $"a list of {string.Join(", ", known)}", node is YamlSequence ? "an empty list" : Describe(node));
            }

            return new([]);
        }

        var values = new T[sequence.Items.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Match(sequence.Items[i], Path(key), words, known);
        }

        foreach (var group in sequence.Items.GroupBy(item => item is YamlScalar scalar ? scalar.Text : "").Where(group => group.Count() > 1))
        {
            _document.Fault(group.Last(), Path(key), "each word once", $"'{group.Key}' again");
        }

        return new(values);
    }

    private static List<string> Known<T>(IReadOnlyList<(string Word, T Value)> words)
    {
        var known = new List<string>(words.Count);
        for (var i = 0; i < words.Count; i++)
        {
            known.Add(words[i].Word);
        }

        return known;
    }

    /// <summary>Reports the fields that nobody asked for, and those that stand twice.</summary>
    public void Close()
    {
        if (_mapping is null)
        {
            return;
        }

        var seen = new HashSet<string>();
        foreach (var (key, _) in _mapping.Entries)
        {
            if (!_known.Contains(key.Text))
            {
                var owner = _path.Length == 0 ? "a config" : _path;
                _document.Fault(key, Path(key.Text), $"a field of {owner}{Suggestion.Phrase(key.Text, _known)}", $"'{key.Text}'");
            }
            else if (!seen.Add(key.Text))
            {
                _document.Fault(key, Path(key.Text), "each field once", "it again");
            }
        }
    }

    private T Match<T>(YamlNode node, string path, IReadOnlyList<(string Word, T Value)> words, List<string> known)
    {
        if (node is YamlScalar scalar && known.IndexOf(scalar.Text) is >= 0 and var index)
        {
            return words[index].Value;
        }

        var hint = node is YamlScalar wrong ? Suggestion.Phrase(wrong.Text, known) : "";
        _document.Fault(node, path, $"one of {string.Join(", ", known)}{hint}", Describe(node));
        return words[0].Value;
    }

    private YamlNode? Find(FieldDescription field, string key)
    {
        _known.Add(key);
        _document.Fields.Add(field);
        if (_mapping is null)
        {
            return null;
        }

        foreach (var (name, value) in _mapping.Entries)
        {
            if (name.Text == key)
            {
                _document.Place(field.Path, value);
                return value;
            }
        }

        if (field.Default is null)
        {
            _document.Fault(_mapping, field.Path, "this field", "nothing");
        }

        return null;
    }

    private string Path(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private static string Describe(YamlNode node) => node switch
    {
        YamlScalar { Text: "" } => "nothing",
        YamlScalar scalar => scalar.Text.Length <= 60 ? $"'{scalar.Text}'" : $"'{scalar.Text[..60]}…'",
        YamlSequence => "a list",
        _ => "a mapping",
    };
}
