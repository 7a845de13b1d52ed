using System.Text.Json;

namespace Accel.Cli.Tests;

/// <summary>Results read back: as a page, and side by side.</summary>
public sealed class CompareVerbTests : IClassFixture<CompareVerbTests.Results>
{
    private readonly Results _results;

    public CompareVerbTests(Results results) => _results = results;

    /// <summary>Two runs of a shape, with weights of 8 and 4 bits.</summary>
    public sealed class Results : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Results()
        {
            foreach (var weights in new[] { "int8", "int4" })
            {
                Assert.Equal(0, Accel("flow", "stories260k", "--weights", weights, "-o", Path(weights), "--prompt-tokens", "4").Exit);
            }

            _folder.Write("half.json", File.ReadAllText(Path("int8/result.json"))[..500]);
        }

        public string Path(string name) => _folder.Path(name);

        public void Dispose() => _folder.Dispose();
    }

    [Fact]
    public void Two_runs_stand_side_by_side_with_their_differences()
    {
        var (exit, output, error) = Accel("compare", _results.Path("int8/result.json"), _results.Path("int4/result.json"), "-o", _results.Path("compare.html"));
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("A  stories260k, int8 weights, on edge", output, StringComparison.Ordinal);
        Assert.Contains("B  stories260k, int4 weights, on edge", output, StringComparison.Ordinal);
        Assert.Matches("decode, bytes moved per token .*−[0-9.]+ %", output);
        Assert.Contains("A: check not run: ", output, StringComparison.Ordinal);
        var page = File.ReadAllText(_results.Path("compare.html"));
        Assert.Contains("2 runs compared", page, StringComparison.Ordinal);
        Assert.Contains("B: stories260k, int4 weights, on edge", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_a_number_or_nothing_for_every_metric()
    {
        var root = JsonDocument.Parse(Accel("compare", _results.Path("int8/result.json"), _results.Path("int8/result.json"), "--json").Output).RootElement;
        var runs = root.GetProperty("runs").EnumerateArray().ToArray();
        Assert.Equal(2, runs.Length);
        Assert.Equal(runs[0].GetProperty("metrics").GetRawText(), runs[1].GetProperty("metrics").GetRawText());
        Assert.True(runs[0].GetProperty("metrics").GetProperty("decode, tokens/s").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, runs[0].GetProperty("metrics").GetProperty("differing bits").ValueKind);
    }

    [Theory]
    [InlineData("report {0}", "expected a file")]
    [InlineData("report {0}no-such.json -o {0}x.html", "no-such.json")]
    [InlineData("report {0}half.json -o {0}x.html", "expected JSON")]
    [InlineData("report {0}int8/result.json -o {0}int8/result.json", "another file than the input")]
    [InlineData("report {0}int8/result.json -o {0}none/x.html", "no such folder")]
    [InlineData("report {0}int8/result.json -o /dev/full", "no space left there")]
    [InlineData("report {0}int8/report.html -o {0}x.html", "expected JSON")]
    [InlineData("compare {0}int8/result.json", "from 2 to 6 result files, found 1")]
    [InlineData("compare {0}int8/result.json {0}half.json -o {0}x.html", "half.json: ")]
    [InlineData("compare a a a a a a a", "from 2 to 6 result files, found 7")]
    [InlineData("compare {0}int8/result.json {0}int4/result.json -o {0}int4/result.json", "another file than the input")]
    public void Bad_input_is_one_clear_line_and_nothing_is_written(string command, string message)
    {
        var result = Accel(string.Format(System.Globalization.CultureInfo.InvariantCulture, command, _results.Path("") + "/").Split(' '));
        Assert.Equal(2, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Trim().Split('\n'));
        Assert.False(File.Exists(_results.Path("x.html")));
    }

    private static (int Exit, string Output, string Error) Accel(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exit = CommandLine.Run(args, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
