using System.Text.Json;

namespace Accel.Cli.Tests;

public sealed class CmvmVerbTests
{
    private const string Small = "3 2\n5 -3\n7 0\n-6 2\n";

    [Theory]
    [InlineData("adders")]
    [InlineData("bits")]
    public void Figures_are_exact_and_within_the_depth(string cost)
    {
        using var folder = new TemporaryFolder();
        var figures = Json("cmvm", folder.Write("m.txt", Small), "--depth", "3", "--cost", cost, "--json");
        Assert.True(figures.GetProperty("exact").GetBoolean());
        Assert.Equal(3, figures.GetProperty("minimum_depth").GetInt32());
        Assert.Equal(3, figures.GetProperty("depth").GetInt32());

        // Columns of 2 + 2 + 2 and 2 + 0 + 1 digits: 5 + 2 adders without sharing.
        Assert.Equal(9, figures.GetProperty("signed_digits").GetInt32());
        Assert.InRange(figures.GetProperty("adders").GetInt32(), 3, 7);
        Assert.InRange(figures.GetProperty("full_adder_bits").GetInt32(), 8 * 3, 14 * 7);
    }

    [Fact]
    public void The_graph_in_the_output_computes_the_matrix()
    {
        using var folder = new TemporaryFolder();
        var graph = Json("cmvm", folder.Write("m.txt", Small), "--graph", "--json");
        int[] x = [11, -23, 101];
        var values = new List<int>(x);
        foreach (var node in graph.GetProperty("nodes").EnumerateArray())
        {
            int Operand(string name) => values[node.GetProperty(name).GetInt32()] << node.GetProperty("shift_" + name).GetInt32();
            values.Add(node.GetProperty("subtract").GetBoolean() ? Operand("a") - Operand("b") : Operand("a") + Operand("b"));
        }

        var y = graph.GetProperty("results").EnumerateArray()
            .Select(result => (result.GetProperty("negate").GetBoolean() ? -1 : 1) * (values[result.GetProperty("signal").GetInt32()] << result.GetProperty("shift").GetInt32()));
        Assert.Equal([(5 * 11) + (7 * -23) - (6 * 101), (-3 * 11) + (2 * 101)], y);
    }

    [Fact]
    public void Text_shows_the_graph_as_equations()
    {
        using var folder = new TemporaryFolder();
        var (exit, output, _) = Run("cmvm", folder.Write("m.txt", "2 2\n1 0\n2 0\n"), "--graph");
        Assert.Equal(0, exit);
        Assert.Contains("n0 = x0 + (x1 << 1)\ny0 = n0\ny1 = 0\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2 2\n1 2\n3", "", "m.txt: 3:2: expected W[1][1]")]
    [InlineData("2 2\n1 2\n3 4\n5", "", "m.txt: 4:1: expected the end")]
    [InlineData("4000000 4000000\n1", "", "1 to 4096, found '4000000'")]
    [InlineData(Small, "--depth 2", "--depth: expected at least 3 levels, the minimum of this matrix (+N counts from there), found 2")]
    [InlineData(Small, "--depth -1", "--depth: expected levels of adders")]
    [InlineData(Small, "--depth deep", "--depth: expected levels of adders")]
    [InlineData(Small, "--effort -1", "--effort")]
    [InlineData(Small, "--cost gates", "gates")]
    public void Bad_input_is_one_line_and_exit_code_2(string text, string options, string message)
    {
        using var folder = new TemporaryFolder();
        var (exit, _, error) = Run(["cmvm", folder.Write("m.txt", text), .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(2, exit);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_bad_input() => Assert.Equal(2, Run("cmvm", "no-such-matrix.txt").Exit);

    private static JsonElement Json(params string[] args)
    {
        var (exit, output, error) = Run(args);
        Assert.True(exit == 0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static (int Exit, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter();
        var exit = CommandLine.Run(args, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
