using System.Text.Json;
using Accel.Core.Diagnostics;

namespace Accel.Models.Checkpoints;

/// <summary>
/// A JSON object as a configuration: a <c>config.json</c> of Hugging Face, or the shapes of a model without weights. Keeps the
/// text and an index of its keys; values are read when asked for. A null counts as absent.
/// </summary>
/// <remarks><c>Infinity</c>, which Python's json writes but JSON does not know, is read as such; a getter refuses it by its range.</remarks>
public sealed class JsonConfig : ConfigSource
{
    /// <summary>The largest configuration that is read; the largest published ones are below 1 MB.</summary>
    public const int MaxConfigBytes = 4 << 20;

    private readonly byte[] _json;
    private readonly string _prefix;
    private readonly OrderedDictionary<string, (int KeyStart, int Start, int End)> _values = new(StringComparer.Ordinal);

    private JsonConfig(string file, byte[] json, string prefix, int start)
    {
        File = file;
        _json = json;
        _prefix = prefix;
        Index(start);
    }

    public override string File { get; }

    public override IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>Reads a file whose root is an object.</summary>
    /// <exception cref="InputException">Unreadable, too large, not strict JSON, a duplicate key, or a root that is no object.</exception>
    public static JsonConfig Open(string path, int maxBytes = MaxConfigBytes) => Parse(path, MappedFile.ReadAll(path, maxBytes));

    /// <summary>Reads UTF-8 text.</summary>
    /// <param name="file">The name that errors carry.</param>
    /// <param name="utf8">The text; copied where it must be changed.</param>
    public static JsonConfig Parse(string file, byte[] utf8)
    {
        var json = AdmitInfinity(utf8);
        JsonText.Validate(file, json);
        var reader = JsonText.Reader(json);
        reader.Read();
        return reader.TokenType == JsonTokenType.StartObject
            ? new(file, json, "", (int)reader.TokenStartIndex)
            : throw new InputException(file, JsonText.Place(json, reader.TokenStartIndex), "an object", $"{reader.TokenType}");
    }

    /// <summary>The object under a key, whose own keys print as <c>key.inner</c>.</summary>
    public JsonConfig Section(string key)
    {
        if (!_values.TryGetValue(key, out var at) || Find(key) is not { } value)
        {
            throw Fault(key, "a section", "no such key");
        }

        return value.Kind == ConfigKind.Section ? new(File, _json, _prefix + key + ".", at.Start) : throw Fault(key, "a section", value.Show());
    }

    /// <summary>The object under a key, or null when there is none.</summary>
    public JsonConfig? OptionalSection(string key) => Has(key) ? Section(key) : null;

    protected override string Place(string key) => _values.TryGetValue(key, out var at)
        ? $"{JsonText.Place(_json, at.KeyStart)}: {_prefix}{key}"
        : _prefix + key;

    private protected override ConfigValue? Find(string key)
    {
        if (!_values.TryGetValue(key, out var at))
        {
            return null;
        }

        var reader = JsonText.Reader(_json.AsSpan(at.Start, at.End - at.Start));
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : Value(ref reader);
    }

    private static ConfigValue Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return ConfigValue.Of(reader.GetString()!);
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var whole) ? ConfigValue.Of(whole) : ConfigValue.Of(reader.GetDouble());
            case JsonTokenType.True or JsonTokenType.False:
                return ConfigValue.Of(reader.TokenType == JsonTokenType.True);
            case JsonTokenType.StartArray:
                var items = new List<ConfigValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Value(ref reader));
                }

                return ConfigValue.Of(items);
            case JsonTokenType.Null:
                return ConfigValue.Of("null");
            default:
                reader.Skip();
                return new(ConfigKind.Section);
        }
    }

    private void Index(int start)
    {
        var reader = JsonText.Reader(_json.AsSpan(start));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (key, keyStart) = (reader.GetString()!, start + (int)reader.TokenStartIndex);
            reader.Read();
            var valueStart = start + (int)reader.TokenStartIndex;
            reader.Skip();
            _values.Add(key, (keyStart, valueStart, start + (int)reader.BytesConsumed));
        }
    }

    /// <summary>Replaces <c>Infinity</c> outside strings by a number of the same length that reads as infinity.</summary>
    private static byte[] AdmitInfinity(byte[] utf8)
    {
        var word = "Infinity"u8;
        if (utf8.AsSpan().IndexOf(word) < 0)
        {
            return utf8;
        }

        var json = utf8.ToArray();
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            if (inString && json[i] == '\\')
            {
                i++;
            }
            else if (json[i] == '"')
            {
                inString = !inString;
            }
            else if (!inString && json.AsSpan(i).StartsWith(word))
            {
                "1e999   "u8.CopyTo(json.AsSpan(i));
            }
        }

        return json;
    }
}
