using System.Text.Json;
using Accel.Rtl.Tools;
using Accel.Tests.Shared;

namespace Accel.Cli.Tests;

public sealed class RtlSynthVerbTests
{
    [SkippableFact]
    public void A_module_of_a_chip_is_mapped_and_told_as_a_table_and_as_json()
    {
        var liberty = Library();
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.Path("tiny.bin"), TinyCheckpoint.Bytes());
        Assert.Equal(0, Accel("rtl", "emit", folder.Path("tiny.bin"), "-o", folder.Path("chip"), "--tokens", "1").Exit);
        var table = Accel("rtl", "synth", folder.Path("chip"), "--top", "key_packer", "--liberty", liberty);
        Assert.Equal((0, ""), (table.Exit, table.Error));
        Assert.Contains("key_packer itself", table.Output, StringComparison.Ordinal);
        Assert.Contains("longest path: ", table.Output, StringComparison.Ordinal);
        Assert.All(table.Output.Split('\n'), line => Assert.True(line.Length <= 200, line));
        var result = Accel("rtl", "synth", folder.Path("chip"), "--top", "key_packer", "--liberty", liberty, "--json");
        var json = JsonDocument.Parse(result.Output).RootElement;
        Assert.True(json.GetProperty("complete").GetBoolean());
        Assert.Equal(json.GetProperty("um2").GetDouble(), json.GetProperty("modules").EnumerateArray().Sum(module => module.GetProperty("um2").GetDouble() * module.GetProperty("count").GetInt64()), 0.01);
        Assert.Equal(json.GetProperty("um2").GetDouble() / json.GetProperty("gate_equivalent_um2").GetDouble(), json.GetProperty("gate_equivalents").GetDouble(), 0.01);
        Assert.True(json.GetProperty("flip_flops").GetInt64() > 0);
    }

    [SkippableFact]
    public void A_matrix_in_a_style_is_mapped_and_its_gates_agree_with_integers()
    {
        var liberty = Library();
        using var folder = new TemporaryFolder();
        var file = folder.Write("matrix.txt", "3 2\n1 -2\n0 7\n-8 3\n");
        var result = Accel("rtl", "unit", file, "--style", "serial", "--liberty", liberty, "--faults", "2", "--json");
        Assert.Equal((0, ""), (result.Exit, result.Error));
        var style = JsonDocument.Parse(result.Output).RootElement.GetProperty("styles")[0];
        Assert.Equal("serial", style.GetProperty("style").GetString());
        Assert.True(style.GetProperty("vectors").GetInt64() >= 1000);
        Assert.Equal(0, style.GetProperty("mismatches").GetInt64());
        Assert.Equal(2, style.GetProperty("faults").GetInt64());
    }

    [Fact]
    public void An_estimate_on_paper_names_what_it_assumes()
    {
        var result = Accel("rtl", "estimate", "llama-3.1-8b", "--node", "n6");
        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Contains("815 mm2", result.Output, StringComparison.Ordinal);
        Assert.Contains("assumed:", result.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse(Accel("rtl", "estimate", "llama-3.1-8b", "--json").Output).RootElement;
        Assert.Equal(8_029_995_008, json.GetProperty("weights").GetInt64());
        Assert.Equal(json.GetProperty("mm2").GetDouble(), json.GetProperty("logic_mm2").GetDouble() + json.GetProperty("memory_mm2").GetDouble(), 1e-3);
    }

    [Theory]
    [InlineData("rtl synth FOLDER/none --liberty FOLDER/x.lib", "a folder with Verilog, found no such folder")]
    [InlineData("rtl synth FOLDER --liberty FOLDER/x.lib", "--top: expected the module to map")]
    [InlineData("rtl synth FOLDER --top a --liberty FOLDER/x.lib", "files of Verilog (*.v), found none")]
    [InlineData("rtl unit FOLDER/matrix.txt --liberty FOLDER/none.lib", "a Liberty file, packed by gzip or not, found no such file")]
    [InlineData("rtl unit FOLDER/matrix.txt --liberty FOLDER/matrix.txt", "':' or '(' behind '1'")]
    [InlineData("rtl unit --liberty FOLDER/small.lib", "a matrix as a file, or --matrix NAME of a model, found neither")]
    [InlineData("rtl unit FOLDER/matrix.txt --matrix x --liberty FOLDER/small.lib", "a file or a model's matrix, found both")]
    [InlineData("rtl unit FOLDER/matrix.txt --lanes 3 --liberty FOLDER/small.lib", "a power of two, at most 4096, found 3")]
    [InlineData("rtl unit FOLDER/matrix.txt --liberty FOLDER/nand.lib", "a library with an inverter, found none")]
    [InlineData("rtl estimate no-such-model", "a bundled name")]
    public void Bad_input_is_one_clear_error(string arguments, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("matrix.txt", "1 1\n1\n");
        const string Nand = "cell (n) { area : 1; pin (a) { direction : input; } pin (b) { direction : input; } pin (y) { direction : output; function : \"!(a b)\"; } }";
        const string Others = "cell (i) { area : 1; pin (a) { direction : input; } pin (y) { direction : output; function : \"!a\"; } }"
            + "cell (f) { area : 4; ff (q, n) { next_state : \"d\"; clocked_on : \"c\"; } pin (c) { direction : input; } pin (d) { direction : input; } pin (o) { direction : output; function : \"q\"; } }";
        folder.Write("nand.lib", $"library (l) {{ {Nand} }}");
        folder.Write("small.lib", $"library (l) {{ {Nand} {Others} }}");
        var result = Accel(arguments.Replace("FOLDER", folder.Path("."), StringComparison.Ordinal).Split(' '));
        Assert.Equal(2, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static string Library()
    {
        var liberty = SharedData.Path("liberty", "sky130hd_tt.lib.gz");
        foreach (var tool in new[] { ExternalTool.Yosys, ExternalTool.OpenSta })
        {
            Skip.IfNot(tool.IsInstalled, $"needs {tool.Command}: {tool.InstallCommand}");
        }

        return liberty;
    }

    private static (int Exit, string Output, string Error) Accel(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (CommandLine.Run(args, output, error), output.ToString(), error.ToString());
    }
}
