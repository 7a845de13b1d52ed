using System.Text.Json;
using Accel.Core.Diagnostics;

namespace Accel.Models.Checkpoints;

/// <summary>A value inside a JSON document, with the way to it for errors: <c>model.merges[3]</c>.</summary>
internal readonly record struct JsonField(string File, string Path, JsonElement Element)
{
    public JsonValueKind Kind => Element.ValueKind;

    /// <summary>Parses a strict JSON file whose root is an object.</summary>
    public static JsonField Open(string path, int maxBytes)
    {
        var json = MappedFile.ReadAll(path, maxBytes);
        JsonText.Validate(path, json);
        var root = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonText.MaxDepth }).RootElement;
        return root.ValueKind == JsonValueKind.Object
            ? new(path, "", root)
            : throw new InputException(path, "1:1", "an object", $"{root.ValueKind}");
    }

    /// <summary>A member that must be there and not be null.</summary>
    public JsonField Get(string name) => Optional(name) ?? throw Fault($"a member '{name}'", "none");

    /// <summary>A member, or nothing when it is absent or null.</summary>
    public JsonField? Optional(string name)
    {
        Require(JsonValueKind.Object, "an object");
        return Element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? Child(name, member) : null;
    }

    public string String()
    {
        Require(JsonValueKind.String, "a string");
        return Element.GetString()!;
    }

    public int Integer(int min, int max) => Kind == JsonValueKind.Number && Element.TryGetInt32(out var value) && value >= min && value <= max
        ? value
        : throw Fault($"a whole number from {min} to {max}", Show());

    public bool Bool() => Kind is JsonValueKind.True or JsonValueKind.False ? Element.GetBoolean() : throw Fault("true or false", Show());

    public bool OptionalBool(string name, bool absent) => Optional(name)?.Bool() ?? absent;

    /// <summary>The items of an array.</summary>
    public IEnumerable<JsonField> Items()
    {
        Require(JsonValueKind.Array, "an array");
        var index = 0;
        foreach (var item in Element.EnumerateArray())
        {
            yield return new(File, $"{Path}[{index++}]", item);
        }
    }

    /// <summary>The members of an object, with their names.</summary>
    public IEnumerable<(string Name, JsonField Field)> Members()
    {
        Require(JsonValueKind.Object, "an object");
        foreach (var member in Element.EnumerateObject())
        {
            yield return (member.Name, Child(member.Name, member.Value));
        }
    }

    /// <summary>Refuses members that are not listed: what is not known cannot be honoured.</summary>
    public void Allow(params string[] names)
    {
        foreach (var (name, field) in Members())
        {
            if (!names.Contains(name, StringComparer.Ordinal))
            {
                throw field.Fault($"one of {string.Join(", ", names)}", $"'{name}'{Suggestion.Phrase(name, names)}");
            }
        }
    }

    public InputException Fault(string expected, string found) => new(File, Path, expected, found);

    /// <summary>The value for an error message.</summary>
    public string Show() => Kind switch
    {
        JsonValueKind.String => $"'{Element.GetString()}'",
        JsonValueKind.Number => Element.GetRawText(),
        _ => $"{Kind}",
    };

    private JsonField Child(string name, JsonElement element) => new(File, Path.Length == 0 ? name : $"{Path}.{name}", element);

    private void Require(JsonValueKind kind, string expected)
    {
        if (Kind != kind)
        {
            throw Fault(expected, Show());
        }
    }
}
