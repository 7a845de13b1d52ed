using System.Globalization;
using System.Text.RegularExpressions;
using Accel.Report.Page;

namespace Accel.Report.Tests;

/// <summary>Colours of the page, as a reader with any eyes sees them.</summary>
public sealed partial class PaletteTests
{
    private static readonly string _html = ReportPage.Write([Samples.Full()]);

    public static TheoryData<string> Modes => ["light", "dark"];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Series_stand_out_from_their_ground(string mode)
    {
        var colours = Variables(mode);
        foreach (var (name, colour) in colours.Where(pair => pair.Key[0] == 'c' && pair.Key.Length == 2))
        {
            Assert.True(Contrast(colour, colours["card"]) >= 3, $"{mode}: {name} has {Contrast(colour, colours["card"]):0.00} to the card"); // WCAG 2.1, 1.4.11
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Text_is_easy_to_read(string mode)
    {
        var colours = Variables(mode);
        foreach (var name in new[] { "ink", "muted", "good", "bad", "accent" })
        {
            foreach (var ground in new[] { "card", "ground" })
            {
                Assert.True(Contrast(colours[name], colours[ground]) >= 4.5, $"{mode}: {name} has {Contrast(colours[name], colours[ground]):0.00} to {ground}"); // WCAG 2.1, 1.4.3
            }
        }
    }

    [Theory]
    [InlineData("light", "all cones")]
    [InlineData("dark", "all cones")]
    [InlineData("light", "no red cones")]
    [InlineData("dark", "no red cones")]
    [InlineData("light", "no green cones")]
    [InlineData("dark", "no green cones")]
    public void The_first_colours_differ_for_every_eye(string mode, string eye)
    {
        // The six that charts give out first; distances in Oklab, where 0.02 is just seen side by side.
        var series = Variables(mode).Where(pair => pair.Key.Length == 2 && pair.Key[0] == 'c' && pair.Key[1] < '6').Select(pair => (pair.Key, Seen: Oklab(See(pair.Value, eye)))).ToArray();
        for (var i = 0; i < series.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var distance = Math.Sqrt(series[i].Seen.Zip(series[j].Seen, (a, b) => (a - b) * (a - b)).Sum());
                Assert.True(distance > 0.1, $"{mode}, {eye}: {series[i].Key} and {series[j].Key} are {distance:0.000} apart");
            }
        }
    }

    private static Dictionary<string, double[]> Variables(string mode)
    {
        var block = mode == "light" ? _html[_html.IndexOf(":root{", StringComparison.Ordinal)..] : _html[_html.IndexOf(":root[data-theme=dark]{", StringComparison.Ordinal)..];
        return Variable().Matches(block[..block.IndexOf('}')]).ToDictionary(
            match => match.Groups[1].Value,
            match => Enumerable.Range(0, 3).Select(i => Linear(int.Parse(match.Groups[2].Value.AsSpan(2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)).ToArray());
    }

    private static double Linear(double channel) => channel <= 0.04045 ? channel / 12.92 : Math.Pow((channel + 0.055) / 1.055, 2.4);

    private static double Contrast(double[] a, double[] b)
    {
        static double Luminance(double[] c) => (0.2126 * c[0]) + (0.7152 * c[1]) + (0.0722 * c[2]);
        var (high, low) = (Math.Max(Luminance(a), Luminance(b)), Math.Min(Luminance(a), Luminance(b)));
        return (high + 0.05) / (low + 0.05);
    }

    /// <summary>Full dichromacy on linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.0.</summary>
    private static double[] See(double[] c, string eye) => eye switch
    {
        "no red cones" => Product(c, [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998]),
        "no green cones" => Product(c, [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881]),
        _ => c,
    };

    private static double[] Oklab(double[] c)
    {
        var lms = Product(c, [0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376, 0.6299787005]).Select(Math.Cbrt).ToArray();
        return Product(lms, [0.2104542553, 0.7936177850, -0.0040720468, 1.9779984951, -2.4285922050, 0.4505937099, 0.0259040371, 0.7827717662, -0.8086757660]);
    }

    private static double[] Product(double[] c, double[] m) =>
        [.. Enumerable.Range(0, 3).Select(i => Math.Max(-1, (m[3 * i] * c[0]) + (m[(3 * i) + 1] * c[1]) + (m[(3 * i) + 2] * c[2])))];

    [GeneratedRegex(@"--(\w+):#([0-9a-f]{6});")]
    private static partial Regex Variable();
}
