using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Accel.Core.Diagnostics;
using Accel.Hardware;
using YamlDotNet.RepresentationModel;

namespace Accel.Hardware.Tests;

/// <summary>The schema that editors use says what the loader says.</summary>
public sealed class SchemaTests
{
    private static readonly string _path = Path.Combine(Configs.Folder, "schema.json");

    [Fact]
    public void Schema_file_is_what_the_loader_knows()
    {
        if (Environment.GetEnvironmentVariable("ACCEL_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(_path, HardwareSchema.Print());
        }

        Assert.Equal(HardwareSchema.Print(), File.ReadAllText(_path));
    }

    [Theory]
    [InlineData("edge")]
    [InlineData("mid")]
    [InlineData("big")]
    public void Schema_accepts_shipped_configs(string name) => Assert.Empty(Violations(Configs.Text(name)));

    [Theory]
    [InlineData("core: 1 GHz", "core: 1 Ghz")]
    [InlineData("core: 1 GHz", "core: 1")]
    [InlineData("rows: 32", "rows: 0")]
    [InlineData("rows: 32", "rows: 513")]
    [InlineData("rows: 32", "rows: '32 rows'")]
    [InlineData("dataflows: [ws, os]", "dataflows: [ws, ws]")]
    [InlineData("dataflows: [ws, os]", "dataflows: []")]
    [InlineData("dataflows: [ws, os]", "dataflows: ws")]
    [InlineData("dataflows: [ws, os]", "dataflows: [is]")]
    [InlineData("page: open", "page: ajar")]
    [InlineData("name: edge", "name: Edge")]
    [InlineData("standard: LPDDR5-6400", "standard: LPDDR5")]
    [InlineData("  banks: 16\n", "")]
    [InlineData("  banks: 16", "  bank: 16")]
    [InlineData("source: chosen, so", "sauce: chosen, so")]
    [InlineData("    rowHitCap: 16", "    rowHitCap: 16\n    refreshBetweenRuns: 1")]
    [InlineData("    rowHitCap: 16", "    rowHitCap: 16\n    refreshBetweenRuns: yes")]
    public void Schema_and_loader_refuse_the_same(string old, string changed)
    {
        var text = Configs.Text("edge").Replace(old, changed);
        Assert.NotEqual(Configs.Text("edge"), text);

        Assert.NotEmpty(Violations(text));
        Assert.Throws<InputException>(() => HardwareConfigLoader.Parse("edge.yaml", text));
    }

    /// <summary>As much of JSON Schema as the schema uses; a word that is not known here fails the test.</summary>
    private static List<string> Violations(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var violations = new List<string>();
        Check(stream.Documents[0].RootNode, JsonNode.Parse(File.ReadAllText(_path))!.AsObject(), "", violations);
        return violations;
    }

    private static void Check(YamlNode node, JsonObject schema, string path, List<string> violations)
    {
        void Demand(bool holds, string rule)
        {
            if (!holds)
            {
                violations.Add($"{path}: {rule}");
            }
        }

        var text = (node as YamlScalarNode)?.Value;
        foreach (var (word, value) in schema)
        {
            switch (word)
            {
                case "$schema" or "title" or "description" or "properties" or "default":
                    break;
                case "type":
                    Demand(Type(node) == value!.GetValue<string>() || (value.GetValue<string>() == "string" && text is not null), word);
                    break;
                case "required" when node is YamlMappingNode mapping:
                    Demand(value!.AsArray().All(key => mapping.Children.ContainsKey(key!.GetValue<string>())), word);
                    break;
                case "additionalProperties" when node is YamlMappingNode mapping:
                    Demand(mapping.Children.Keys.All(key => schema["properties"]!.AsObject().ContainsKey(((YamlScalarNode)key).Value!)), word);
                    break;
                case "enum":
                    Demand(value!.AsArray().Any(allowed => allowed!.GetValue<string>() == text), word);
                    break;
                case "pattern":
                    Demand(text is not null && Regex.IsMatch(text, value!.GetValue<string>()), word);
                    break;
                case "minimum":
                    Demand(long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var low) && low >= value!.GetValue<long>(), word);
                    break;
                case "maximum":
                    Demand(long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var high) && high <= value!.GetValue<long>(), word);
                    break;
                case "items" when node is YamlSequenceNode sequence:
                    sequence.Children.ToList().ForEach(item => Check(item, value!.AsObject(), path + "[]", violations));
                    break;
                case "minItems" when node is YamlSequenceNode sequence:
                    Demand(sequence.Children.Count >= value!.GetValue<int>(), word);
                    break;
                case "uniqueItems" when node is YamlSequenceNode sequence:
                    Demand(sequence.Children.Distinct().Count() == sequence.Children.Count, word);
                    break;
                case "required" or "additionalProperties" or "items" or "minItems" or "uniqueItems":
                    break;
                default:
                    Assert.Fail($"{path}: the schema uses '{word}', which this test does not check");
                    break;
            }
        }

        if (node is YamlMappingNode fields && schema["properties"] is JsonObject properties)
        {
            foreach (var (key, child) in fields.Children)
            {
                if (properties[((YamlScalarNode)key).Value!] is JsonObject known)
                {
                    Check(child, known, $"{path}.{key}", violations);
                }
            }
        }
    }

    private static string Type(YamlNode node) => node switch
    {
        YamlMappingNode => "object",
        YamlSequenceNode => "array",
        YamlScalarNode { Value: "true" or "false" } => "boolean",
        YamlScalarNode { Value: { Length: > 0 } text } when text.All(char.IsAsciiDigit) => "integer",
        _ => "string",
    };
}
