using System.Text.Json;
using System.Text.Json.Nodes;
using Accel.Hardware.Yaml;

namespace Accel.Hardware;

/// <summary>JSON Schema of a hardware config, made from the fields that the loader asks for.</summary>
public static class HardwareSchema
{
    private static readonly JsonSerializerOptions _layout =
        new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema's text, as it stands in <c>hw-configs/schema.json</c>.</summary>
    public static string Print()
    {
        var root = Object("A hardware config: quantities carry their units, every field without a default is required.");
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", "Accel hardware config");
        var objects = new Dictionary<string, JsonObject> { [""] = root };
        foreach (var field in HardwareConfigLoader.Fields)
        {
            var dot = field.Path.LastIndexOf('.');
            var parent = objects[dot < 0 ? "" : field.Path[..dot]];
            var name = field.Path[(dot + 1)..];
            var schema = Describe(field);
            parent["properties"]!.AsObject().Add(name, schema);
            if (field.Default is null)
            {
                parent["required"]!.AsArray().Add(name);
            }

            if (field.Type == "object")
            {
                objects.Add(field.Path, schema);
            }
        }

        return root.ToJsonString(_layout) + "\n";
    }

    private static JsonObject Describe(FieldDescription field)
    {
        if (field.Type == "object")
        {
            return Object(field.Description);
        }

        var schema = new JsonObject { ["description"] = field.Description, ["type"] = field.Type };
        var words = field.Words is null ? null : new JsonArray([.. field.Words.Select(word => JsonValue.Create(word))]);
        if (field.Type == "array")
        {
            schema["items"] = new JsonObject { ["enum"] = words };
            schema["minItems"] = 1;
            schema["uniqueItems"] = true;
        }
        else if (words is not null)
        {
            schema["enum"] = words;
        }

        if (field.Pattern is not null)
        {
            schema["pattern"] = field.Pattern;
        }

        if (field.Minimum is { } minimum)
        {
            schema["minimum"] = minimum;
            schema["maximum"] = field.Maximum;
        }

        if (field.Default is { } byDefault)
        {
            schema["default"] = byDefault;
        }

        return schema;
    }

    private static JsonObject Object(string description) => new()
    {
        ["description"] = description,
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject(),
        ["required"] = new JsonArray(),
    };
}
