using System.Text.Json;

namespace Accel.Cli.Tests;

public sealed class ArrayVerbTests
{
    /// <summary>The closed form, written out: folds times cycles of a fold, less one because the counting starts at zero.</summary>
    [Theory]
    [InlineData("ws", 4 * 2 * ((2 * 32) + 16 + 50 - 2))]
    [InlineData("is", 4 * 4 * ((2 * 32) + 16 + 30 - 2))]
    [InlineData("os", 2 * 2 * (32 + 16 + 128 - 2))]
    public void Scale_sim_mode_counts_folds_one_after_another(string dataflow, long expected)
    {
        // K 128 on 32 rows: 4; M 50 on 32 rows: 2, on 16 columns: 4; N 30 on 16 columns: 2.
        using var json = Json("array", "--rows", "32", "--cols", "16", "--dataflow", dataflow, "--m", "50", "--n", "30", "--k", "128", "--compat", "scale-sim", "--json");
        var figures = json.RootElement;
        Assert.Equal(expected - 1, figures.GetProperty("cycles").GetInt64());
        Assert.Equal(expected, figures.GetProperty("folds").GetInt64() * figures.GetProperty("cycles_per_fold").GetInt64());
        Assert.Equal(50L * 30 * 128, figures.GetProperty("macs").GetInt64());
        Assert.Equal(50 * 30 * 128 / (double)expected / 512, figures.GetProperty("utilisation").GetDouble(), 12);
    }

    [Fact]
    public void Our_array_streams_the_weights_of_one_token_without_a_gap()
    {
        using var json = Json("array", "--rows", "16", "--cols", "16", "--m", "1", "--n", "256", "--k", "256", "--json");
        Assert.Equal(16, json.RootElement.GetProperty("bands").GetInt64());
        Assert.Equal((256 * 256 / 16) + 1 + 1 + 15, json.RootElement.GetProperty("cycles").GetInt64());
    }

    [Fact]
    public void The_array_of_a_config_has_its_weight_port()
    {
        // 128 bytes a cycle into 32 columns.
        using var json = Json("array", "--hw", "edge", "--m", "1", "--n", "4096", "--k", "4096", "--json");
        Assert.Equal((4096 * 4096 / 128) + 1 + 1 + 31, json.RootElement.GetProperty("cycles").GetInt64());
    }

    [Fact]
    public void The_greatest_extents_are_counted_in_full()
    {
        const string Most = "1000000000000";
        using var json = Json("array", "--rows", "1", "--cols", "1", "--m", Most, "--n", Most, "--k", Most, "--compat", "scale-sim", "--json");
        Assert.Equal("1000000000000999999999999999999999999", json.RootElement.GetProperty("cycles").GetRawText());
        Assert.Equal("1" + new string('0', 36), json.RootElement.GetProperty("macs").GetRawText());
    }

    [Theory]
    [InlineData("--m 0")]
    [InlineData("--n -5")]
    [InlineData("--k 1000000000001 --compat scale-sim")]
    [InlineData("--k 99999999999999999999")]
    [InlineData("--rows 0")]
    [InlineData("--rows 513")]
    [InlineData("--cols x")]
    [InlineData("--dataflow sw")]
    [InlineData("--dataflow is")]
    [InlineData("--compat other")]
    [InlineData("--fold 5")]
    [InlineData("--fold 0")]
    [InlineData("--weight-bits 5")]
    [InlineData("--weight-buffers 3")]
    [InlineData("--weight-port 0")]
    [InlineData("--m 1 --n 1000000000 --k 1000000000 --rows 1 --cols 1")]
    public void Bad_values_exit_with_2_and_no_trace(string arguments)
    {
        var error = new StringWriter();
        Assert.Equal(2, CommandLine.Run(["array", .. arguments.Split(' ')], TextWriter.Null, error));
        Assert.NotEmpty(error.ToString());
        Assert.DoesNotContain("   at ", error.ToString(), StringComparison.Ordinal);
    }

    private static JsonDocument Json(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.True(CommandLine.Run(args, output, error) == 0, error.ToString());
        return JsonDocument.Parse(output.ToString());
    }
}
