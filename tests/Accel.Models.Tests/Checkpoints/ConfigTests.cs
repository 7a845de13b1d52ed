using System.Text;
using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;

namespace Accel.Models.Tests.Checkpoints;

public sealed class ConfigTests
{
    private const string Sample = """
        {
          "layers": 12,
          "eps": 1e-05,
          "negative": -3,
          "fraction": 2.5,
          "round": 8.0,
          "tied": true,
          "name": "a",
          "none": null,
          "kinds": ["conv", "full"],
          "widths": [1, 2, 3],
          "limit": [0.0, Infinity],
          "text": "Infinity \" Infinity",
          "rope": { "factor": 8.0, "type": "llama3" }
        }
        """;

    private static JsonConfig Config => JsonConfig.Parse("config.json", Encoding.UTF8.GetBytes(Sample));

    [Fact]
    public void Values_read_as_what_they_are()
    {
        Assert.Equal(12, Config.Integer("layers"));
        Assert.Equal(8, Config.Integer("round"));
        Assert.Equal(1e-5, Config.Number("eps"));
        Assert.Equal(-3, Config.Integer("negative", min: -5));
        Assert.True(Config.Bool("tied"));
        Assert.Equal("a", Config.String("name"));
        Assert.Equal(["conv", "full"], Config.Strings("kinds"));
        Assert.Equal([1, 2, 3], Config.Integers("widths"));
        Assert.Equal([12], Config.Integers("layers"));
        Assert.Equal("Infinity \" Infinity", Config.String("text"));
        Assert.Equal(8.0, Config.Section("rope").Number("factor"));
        Assert.Equal(["factor", "type"], Config.Section("rope").Keys);
        Assert.Equal(double.PositiveInfinity, Config.Numbers("limit", 0, double.PositiveInfinity)[1]);
    }

    [Fact]
    public void An_absent_key_or_a_null_takes_the_default()
    {
        Assert.Equal(7, Config.OptionalInteger("none", 7));
        Assert.Equal(7, Config.OptionalInteger("missing", 7));
        Assert.Equal(12, Config.OptionalInteger("layers", 7));
        Assert.Equal(0.5, Config.OptionalNumber("none", 0.5));
        Assert.False(Config.OptionalBool("none", false));
        Assert.Equal("x", Config.OptionalString("none", "x"));
        Assert.Empty(Config.OptionalStrings("none", []));
        Assert.Empty(Config.OptionalIntegers("none", []));
        Assert.Empty(Config.OptionalNumbers("none", []));
        Assert.Null(Config.OptionalSection("none"));
        Assert.False(Config.Has("none"));
    }

    [Fact]
    public void Each_fault_names_file_line_key_expected_and_found()
    {
        AssertFault(c => c.Integer("missing"), "config.json: missing: expected a value, found no such key");
        AssertFault(c => c.Integer("none"), "config.json: 9:3: none: expected a value, found no such key");
        AssertFault(c => c.Integer("negative"), "config.json: 4:3: negative: expected a whole number from 1 to 2147483647, found -3");
        AssertFault(c => c.Integer("fraction"), "config.json: 5:3: fraction: expected a whole number from 1 to 2147483647, found 2.5");
        AssertFault(c => c.Integer("layers", max: 8), "config.json: 2:3: layers: expected a whole number from 1 to 8, found 12");
        AssertFault(c => c.Number("negative"), "config.json: 4:3: negative: expected a positive finite number, found -3");
        AssertFault(c => c.Number("name"), "config.json: 8:3: name: expected a positive finite number, found 'a'");
        AssertFault(c => c.Bool("layers"), "config.json: 2:3: layers: expected true or false, found 12");
        AssertFault(c => c.String("rope"), "config.json: 14:3: rope: expected a string, found a section");
        AssertFault(c => c.Numbers("limit"), "config.json: 12:3: limit: expected a finite number, found Infinity");
        AssertFault(c => c.Strings("widths"), "config.json: 11:3: widths: expected a string, found 1");
        AssertFault(c => c.Section("layers"), "config.json: 2:3: layers: expected a section, found 12");
        AssertFault(c => c.Section("rope").Integer("type"), "config.json: 14:28: rope.type: expected a whole number from 1 to 2147483647, found 'llama3'");
    }

    [Theory]
    [InlineData("[1]", "1:1: expected an object, found StartArray")]
    [InlineData("{\"a\":1,\"a\":2}", "1:8: expected each key once, found 'a' again")]
    [InlineData("{\"x\":{\"a\":1,\"a\":2}}", "1:13: expected each key once, found 'a' again")]
    [InlineData("{\"a\":1,\"\\u0061\":2}", "1:8: expected each key once, found 'a' again")]
    [InlineData("{\"a\":NaN}", "1:6: expected valid JSON")]
    [InlineData("{\"a\":1", "1:7: expected valid JSON, found the end of the text")]
    [InlineData("{\"a\":1} 2", "1:9: expected valid JSON")]
    [InlineData("{\"a\":\"\\ud800\"}", "1:6: expected a string of Unicode characters, found half of a surrogate pair")]
    [InlineData("{\n\"\\udc00\":1}", "2:1: expected a string of Unicode characters, found half of a surrogate pair")]
    public void Text_that_is_not_strict_json_is_refused(string json, string expected)
    {
        var fault = Assert.Throws<InputException>(() => JsonConfig.Parse("config.json", Encoding.UTF8.GetBytes(json)));
        Assert.StartsWith("config.json: " + expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gguf_values_of_every_type_read_with_the_same_getters()
    {
        using var folder = new TemporaryFolder();
        var writer = new GgufWriter()
            .Add("u8", 0, w => w.Write((byte)200)).Add("i8", 1, w => w.Write((sbyte)-3)).Add("u16", 2, w => w.Write((ushort)60000))
            .Add("i16", 3, w => w.Write((short)-5)).Add("u32", 4_000_000_000u).Add("i32", 5, w => w.Write(-7)).Add("f32", 0.5f).Add("bool", true)
            .Add("string", "héllo").Add("u64", 10, w => w.Write(ulong.MaxValue)).Add("i64", 11, w => w.Write(-9L)).Add("f64", 12, w => w.Write(0.1))
            .Add("strings", ["a", "", "ccc"]).Add("floats", [1f, 2f]).Add("nan", float.NaN).Add("odd", 7, w => w.Write((byte)2));
        var c = GgufFile.Open(folder.Write("m.gguf", writer.ToBytes())).Metadata;

        Assert.Equal((200, -3, 60000, -5), (c.Integer("u8"), c.Integer("i8", -9), c.Integer("u16"), c.Integer("i16", -9)));
        Assert.Equal((4_000_000_000, -7, -9), (c.Integer("u32", max: uint.MaxValue), c.Integer("i32", -9), c.Integer("i64", -9)));
        Assert.Equal((0.5, 0.1, true, "héllo"), (c.Number("f32"), c.Number("f64"), c.Bool("bool"), c.String("string")));
        Assert.Equal(["a", "", "ccc"], c.Strings("strings"));
        Assert.Equal([1.0, 2.0], c.Numbers("floats"));
        Assert.Equal("u8", c.Keys.First());
        Assert.EndsWith("u64: expected a whole number from 1 to 2147483647, found 1.8446744073709552E+19", Message(() => c.Integer("u64")), StringComparison.Ordinal);
        Assert.EndsWith("nan: expected a positive finite number, found NaN", Message(() => c.Number("nan")), StringComparison.Ordinal);
        Assert.EndsWith("odd: expected 0 or 1 for a bool, found 2", Message(() => c.Bool("odd")), StringComparison.Ordinal);
    }

    private static void AssertFault(Action<JsonConfig> read, string message) => Assert.Equal(message, Message(() => read(Config)));

    private static string Message(Action read) => Assert.Throws<InputException>(read).Message;
}
