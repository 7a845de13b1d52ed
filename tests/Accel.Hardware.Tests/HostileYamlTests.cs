using System.Diagnostics;
using Accel.Core.Diagnostics;
using Accel.Hardware;

namespace Accel.Hardware.Tests;

public sealed class HostileYamlTests
{
    public static TheoryData<string, string> Texts => new()
    {
        { "", "x.yaml:1:1: expected a mapping, found nothing" },
        { "just words", "x.yaml:1:1: expected a mapping of fields, found 'just words'" },
        { "- a\n- b", "x.yaml:1:1: expected a mapping of fields, found a list" },
        { "a: &x [1]\nb: *x", "x.yaml:1:4: expected plain values without anchors, found the anchor 'x'" },
        { "a: *x", "x.yaml:1:4: expected plain values without aliases, found the alias 'x'" },
        { "a: !!binary abc", "x.yaml:1:4: expected plain values without tags, found the tag 'tag:yaml.org,2002:binary'" },
        { "? [a]\n: b", "x.yaml:1:3: expected a name as key, found a sequence or mapping" },
        { "a: b\n---\nc: d", "x.yaml:2:1: expected one document, found a second one" },
        { new string('[', 100_000), "x.yaml:1:14: expected at most 10000 values, nested 12 deep, found more" },
        { "a: [" + string.Join(',', Enumerable.Repeat("1", 20_000)) + "]", "x.yaml:1:19999: expected at most 10000 values, nested 12 deep, found more" },
        { new string('a', 300_000), "x.yaml: expected at most 262144 characters, found 300000" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Hostile_text_gives_one_line(string text, string message)
    {
        var fault = Assert.Throws<InputException>(() => HardwareConfigLoader.Parse("x.yaml", text));

        Assert.Equal(message, fault.Message.Split('\n')[0]);
    }

    [Fact]
    public void Every_prefix_of_a_config_is_read_or_refused_in_little_time()
    {
        var text = Configs.Text("edge");
        var watch = Stopwatch.StartNew();
        for (var length = 0; length < text.Length; length += 7)
        {
            try
            {
                HardwareConfigLoader.Parse("x.yaml", text[..length]);
            }
            catch (InputException fault)
            {
                Assert.All(fault.Faults, each => Assert.DoesNotContain('\n', each.ToString()));
            }
        }

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 60);
    }

    [Fact]
    public void Random_damage_never_crashes_the_loader()
    {
        var random = new Random(20_26);
        var original = Configs.Text("edge").ToCharArray();
        const string Odd = ":-[]{}&*!|>'\"%@`#,?\t\n\0 9\u20ac";
        for (var run = 0; run < 500; run++)
        {
            var text = (char[])original.Clone();
            for (var change = 0; change < 4; change++)
            {
                text[random.Next(text.Length)] = Odd[random.Next(Odd.Length)];
            }

            try
            {
                HardwareConfigLoader.Parse("x.yaml", new string(text));
            }
            catch (InputException)
            {
                // Refusing is all that is asked; any other exception fails the test.
            }
        }
    }

    [Theory]
    [InlineData("1GHz")]
    [InlineData("1 ghz")]
    [InlineData("-1 GHz")]
    [InlineData("1e3 MHz")]
    [InlineData("0.0000000001 GHz")]
    [InlineData("99999999999999999999 GHz")]
    [InlineData("1_000 MHz")]
    [InlineData(".5 GHz")]
    [InlineData("1 GHz ")]
    [InlineData("1000")]
    public void Only_numbers_with_a_unit_are_quantities(string quantity)
    {
        var text = Configs.Text("edge").Replace("core: 1 GHz", $"core: '{quantity}'");

        var fault = Assert.Throws<InputException>(() => HardwareConfigLoader.Parse("x.yaml", text));

        Assert.Equal("clocks.core", Assert.Single(fault.Faults).Place);
    }
}
