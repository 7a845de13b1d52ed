using System.Text.Json;
using Accel.Tests.Shared;

namespace Accel.Cli.Tests;

public sealed class HardwareVerbTests
{
    [Fact]
    public void List_gives_each_machine_its_peaks()
    {
        using var json = JsonDocument.Parse(Accel(0, "hw", "list", "--json").Output);
        var configs = json.RootElement.GetProperty("configs").EnumerateArray().ToDictionary(config => config.GetProperty("name").GetString()!);
        Assert.Equal(["big", "edge", "mid"], configs.Keys.Order(StringComparer.Ordinal));

        // 32 x 32 multipliers at 1 GHz, four 16-bit channels at 6400 MT/s.
        Assert.Equal(1024, configs["edge"].GetProperty("peak_macs_per_cycle").GetInt64());
        Assert.Equal(2.048e12, configs["edge"].GetProperty("peak_operations_per_second").GetDouble());
        Assert.Equal(51.2e9, configs["edge"].GetProperty("memory_bytes_per_second").GetDouble());
        Assert.Equal(1024 / 51.2, configs["edge"].GetProperty("ridge_macs_per_byte").GetDouble(), 9);
    }

    [Fact]
    public void Lists_and_drawings_fit_a_terminal_of_80_columns()
    {
        var text = Accel(0, "hw", "list").Output + string.Concat(Accel(0, "hw", "show", "big").Output.Split("what follows")[0]);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Theory]
    [InlineData("edge")]
    [InlineData("mid")]
    [InlineData("big")]
    public void Show_draws_closed_boxes(string name)
    {
        var drawing = Accel(0, "hw", "show", name).Output;
        int Count(char c) => drawing.Count(each => each == c);
        Assert.Equal((6, 6, 6, 6), (Count('┐'), Count('└'), Count('┘'), Count('┌') - 1));
    }

    [Fact]
    public void Validate_lists_every_fault_of_every_file_and_exits_with_2()
    {
        using var folder = new TemporaryFolder();
        var good = File.ReadAllText(Path.Combine(Repository.Root!, "hw-configs", "edge.yaml"));
        var bad = folder.Write("bad.yaml", good.Replace("lanes: 32", "lanes: many", StringComparison.Ordinal).Replace("page: open", "page: opne", StringComparison.Ordinal));
        var result = Accel(2, "hw", "validate", folder.Write("good.yaml", good), bad, "edeg");
        Assert.Contains("good.yaml: valid, machine 'edge'", result.Output, StringComparison.Ordinal);
        var lines = result.Error.Trim().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith($"{bad}:19:10: vectorUnits.lanes: expected a whole number", lines[0], StringComparison.Ordinal);
        Assert.Contains("did you mean 'open'?", lines[1], StringComparison.Ordinal);
        Assert.Contains("did you mean 'edge'?", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_bundled_config_is_valid_down_to_its_memory() => Assert.Equal(3, Accel(0, "hw", "validate", "big", "edge", "mid").Output.Trim().Split('\n').Length);

    [Fact]
    public void Validate_asks_the_memory_s_standard()
    {
        using var folder = new TemporaryFolder();
        var edge = File.ReadAllText(Path.Combine(Repository.Root!, "hw-configs", "edge.yaml"));
        var file = folder.Write("odd.yaml", edge.Replace("16Gb_x16", "3Gb_x5", StringComparison.Ordinal));
        Assert.StartsWith($"{file}: memory.organisation of LPDDR5: expected one of ", Accel(2, "hw", "validate", file).Error, StringComparison.Ordinal);
        Assert.StartsWith($"{file}: memory.organisation of LPDDR5: expected one of ", Accel(2, "sim", "--hw", file).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_gives_faults_as_json()
    {
        using var json = JsonDocument.Parse(Accel(2, "hw", "validate", "no-such.yaml", "--json").Output);
        Assert.False(json.RootElement.GetProperty("valid").GetBoolean());
        Assert.Equal("no-such.yaml", json.RootElement.GetProperty("faults")[0].GetProperty("file").GetString());
    }

    [Theory]
    [InlineData("hw")]
    [InlineData("hw", "lits")]
    [InlineData("hw", "validate")]
    [InlineData("hw", "show", "no-such-machine")]
    public void Bad_arguments_exit_with_2(params string[] args) => Assert.NotEmpty(Accel(2, args).Error);

    private static (string Output, string Error) Accel(int exit, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(exit, CommandLine.Run(args, output, error));
        return (output.ToString(), error.ToString());
    }
}
