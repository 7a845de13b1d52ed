using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Accel.Rtl.Tools;

namespace Accel.Cli.Tests;

/// <summary>Chips of a small model: emitted, run, broken on purpose.</summary>
public sealed class RtlVerbTests
{
    [Fact]
    public void Emitting_twice_gives_the_same_folder_and_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        Emit(folder);
        var first = Contents(folder.Path("chip"));
        Emit(folder);
        var second = Contents(folder.Path("chip"));
        Assert.Equal(first, second);
        Assert.Equal(["chip", "tiny.bin"], folder.Names);
        foreach (var name in new[] { "Makefile", "README.md", "bench/bench.cpp", "bench/bench.v", "constraints.sdc", "report.json", "synth.ys", "llama2_c_chip.core", "vectors.txt" })
        {
            Assert.Contains(name, first.Keys);
        }

        Assert.All(first.Values, text => Assert.DoesNotContain(Path.GetTempPath(), text, StringComparison.Ordinal));
        var report = JsonDocument.Parse(first["report.json"]).RootElement;
        Assert.Equal("../tiny.bin", report.GetProperty("model").GetProperty("reference").GetString());
        Assert.Equal(16, report.GetProperty("tests").GetProperty("runs").GetInt32());
    }

    [SkippableFact]
    public void A_chip_gives_the_interpreters_tokens_values_and_cycles()
    {
        Require(ExternalTool.Icarus);
        using var folder = new TemporaryFolder();
        Emit(folder);
        var json = Verify(folder, 0, "--probe", "--runs", "4", "--tokens", "3");
        Assert.Equal((12, 0, 0, 0), (Number(json, "tokens"), Number(json, "differing_tokens"), Number(json, "differing_cycles"), Number(json, "differing_values")));
        Assert.True(Number(json, "values") > 100);
    }

    /// <summary>Matrices in three styles in one chip; what simulation gets is not what synthesis gets, and that is said.</summary>
    [SkippableFact]
    public void Matrices_in_other_styles_give_the_interpreters_tokens_values_and_cycles()
    {
        Require(ExternalTool.Icarus);
        using var folder = new TemporaryFolder();
        Emit(folder, 6, "--style", "ffn=serial,attention=parallel", "--weights", "int4");
        var report = JsonDocument.Parse(File.ReadAllText(folder.Path("chip/report.json"))).RootElement;
        var styles = report.GetProperty("matrices").EnumerateArray().GroupBy(matrix => matrix.GetProperty("style").GetString()!).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(["parallel", "rom", "serial"], styles.Keys.Order());
        Assert.Equal(6, styles["serial"]);
        var makefile = File.ReadAllText(folder.Path("chip/Makefile"));
        Assert.Contains("sim/serial_rows.v", makefile[..makefile.IndexOf("SYN :=", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.DoesNotContain("syn/", makefile[..makefile.IndexOf("SYN :=", StringComparison.Ordinal)].Replace("in syn/", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("read_verilog syn/serial_rows.v", File.ReadAllText(folder.Path("chip/synth.ys")), StringComparison.Ordinal);
        Assert.DoesNotContain("sim/", File.ReadAllText(folder.Path("chip/synth.ys")), StringComparison.Ordinal);
        var json = Verify(folder, 0, "--probe", "--runs", "2", "--tokens", "3");
        Assert.Equal((6, 0, 0, 0), (Number(json, "tokens"), Number(json, "differing_tokens"), Number(json, "differing_cycles"), Number(json, "differing_values")));
    }

    /// <summary>File, what is broken there, and the value that must be named first.</summary>
    [SkippableTheory]
    [InlineData("rom_layers_1_mlp_up_weight.v", "entry = 128'h(.)", "flip", "layers.1.mlp.up")]
    [InlineData("rom_layers_0_attention_key_weight.v", "entry = 128'h(.)", "flip", "layers.0.attention.key")]
    [InlineData("llama2_c_chip.v", @"requantise_constants = \d+'d(\d+); // layers_1_mlp_gate", "shift", "layers.1.mlp.gate")]
    public void A_flipped_weight_or_a_wrong_shift_is_named_by_the_first_value_it_reaches(string file, string pattern, string fault, string value)
    {
        Require(ExternalTool.Icarus);
        using var folder = new TemporaryFolder();
        Emit(folder);
        Break(folder, file, pattern, digits => fault == "flip"
            ? (Convert.ToInt32(digits, 16) ^ 8).ToString("x", CultureInfo.InvariantCulture)
            : (int.Parse(digits, CultureInfo.InvariantCulture) - 32).ToString(CultureInfo.InvariantCulture));
        var json = Verify(folder, 1, "--probe", "--runs", "1", "--tokens", "2");
        Assert.Equal(value, json.GetProperty("first_value").GetProperty("value").GetString());
        Assert.NotEqual(json.GetProperty("first_value").GetProperty("expected").GetInt32(), json.GetProperty("first_value").GetProperty("found").GetInt32());
    }

    /// <summary>Only tokens are looked at: a shift that is wrong by far changes them, and the first is named.</summary>
    [SkippableFact]
    public void A_wrong_token_is_named_by_its_run_and_place()
    {
        Require(ExternalTool.Icarus);
        using var folder = new TemporaryFolder();
        Emit(folder);
        Break(folder, "llama2_c_chip.v", @"requantise_constants = \d+'d(\d+); // layers_1_mlp_down", digits => (int.Parse(digits, CultureInfo.InvariantCulture) - (4 * 32)).ToString(CultureInfo.InvariantCulture));
        var token = Verify(folder, 1, "--runs", "2", "--tokens", "4").GetProperty("first_token");
        Assert.InRange(token.GetProperty("index").GetInt32(), 0, 3);
        Assert.NotEqual(token.GetProperty("expected").GetInt32(), token.GetProperty("found").GetInt32());
    }

    [SkippableTheory]
    [InlineData("sequencer")]
    [InlineData("position_now")]
    [InlineData("produced")]
    public void A_missing_reset_is_caught(string register)
    {
        Require(ExternalTool.Icarus);
        using var folder = new TemporaryFolder();
        Emit(folder);
        Break(folder, "llama2_c_chip.v", $"if \\((!rst_n)\\) {register} <=", _ => "1'b0");
        var json = Verify(folder, 1, "--runs", "2", "--tokens", "2");
        Assert.Equal(0, json.GetProperty("first_token").GetProperty("run").GetInt32());
    }

    [SkippableFact]
    public void More_tokens_and_other_prompts_than_were_emitted_are_asked_of_the_interpreter()
    {
        Require(ExternalTool.Icarus);
        using var folder = new TemporaryFolder();
        Emit(folder, tokens: 2);
        var prompts = folder.Write("prompts.txt", "3 1 4\n1 5\n");
        var json = Verify(folder, 0, "--prompts", prompts, "--tokens", "4", "--runs", "4");
        Assert.Equal((16, 0), (Number(json, "tokens"), Number(json, "differing_tokens")));

        // Without the model, what the folder holds can still be checked; more cannot, and that is said.
        File.Delete(folder.Path("tiny.bin"));
        Verify(folder, 0, "--tokens", "1", "--runs", "1");
        var refused = Accel("rtl", "verify", folder.Path("chip"), "--tool", "icarus", "--tokens", "9");
        Assert.Equal(2, refused.Exit);
        Assert.Contains("the model that the chip was made from, found nothing at '../tiny.bin'", refused.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_model_that_changed_since_is_not_taken_for_the_chips()
    {
        Require(ExternalTool.Icarus);
        using var folder = new TemporaryFolder();
        Emit(folder);
        File.WriteAllBytes(folder.Path("tiny.bin"), TinyCheckpoint.Bytes(seed: 2));
        var refused = Accel("rtl", "verify", folder.Path("chip"), "--tool", "icarus", "--probe");
        Assert.Equal(2, refused.Exit);
        Assert.Contains("emit again", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtl emit TINY -o FOLDER/tiny.bin", "expected a folder, found a file")]
    [InlineData("rtl emit TINY -o FOLDER", "a folder of something else")]
    [InlineData("rtl emit TINY -o FOLDER/chip --lanes 3", "a power of two")]
    [InlineData("rtl emit TINY -o FOLDER/chip --temperature 0.01", "0 for greedy")]
    [InlineData("rtl emit TINY -o FOLDER/chip --style serail", "rom, serial, parallel or auto")]
    [InlineData("rtl emit TINY -o FOLDER/chip --style layers.9.*=serial", "which names none")]
    [InlineData("rtl emit TINY -o FOLDER/chip --style auto --area 10", "at least")]
    [InlineData("rtl emit llama-3.1-8b -o FOLDER/chip", "a checkpoint with weights")]
    [InlineData("rtl emit no-such-model -o FOLDER/chip", "a bundled name")]
    [InlineData("rtl verify FOLDER/chip", "no such folder")]
    [InlineData("rtl verify FOLDER", "report.json")]
    [InlineData("rtl array --hw edge -o FOLDER/chip --fold 5", "a divisor of 32 rows")]
    [InlineData("rtl verify FOLDER/chip --tool modelsim", "--tool: expected verilator or icarus, found 'modelsim'")]
    [InlineData("rtl power FOLDER/chip", "no such folder")]
    [InlineData("rtl array --hw edge -o FOLDER/chip --weights 3", "ternary, int3, int4, int8 or int16, found '3'")]
    [InlineData("rtl array --hw edge -o FOLDER/chip --dataflow is", "'is'")]
    [InlineData("rtl array --hw edge -o FOLDER/chip --read-out 257", "1 to 256")]
    [InlineData("rtl array --hw egde -o FOLDER/chip", "did you mean 'edge'?")]
    public void Bad_input_is_one_clear_error_and_nothing_is_written(string arguments, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.Path("tiny.bin"), TinyCheckpoint.Bytes());
        var result = Accel(arguments.Replace("TINY", folder.Path("tiny.bin"), StringComparison.Ordinal).Replace("FOLDER", folder.Path("."), StringComparison.Ordinal).Split(' '));
        Assert.Equal(2, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal(["tiny.bin"], folder.Names);
    }

    [Theory]
    [InlineData("\"format\": \"accel-rtl 2\"", "\"format\": \"accel-rtl 9\"", "format")]
    [InlineData("\"path\": \"rtl/", "\"path\": \"../rtl/", "within the folder")]
    [InlineData("\"path\": \"rtl/", "\"path\": \"--exe/", "within the folder")]
    [InlineData("\"top\": \"llama2_c_chip\"", "\"top\": \"x; rm\"", "a module's name")]
    [InlineData("\"lanes\":", "\"lames\":", "the report of a chip")]
    [InlineData("{", "", "the report of a chip")]
    public void A_damaged_report_is_refused(string right, string wrong, string message)
    {
        using var folder = new TemporaryFolder();
        Emit(folder);
        var file = Path.Combine(folder.Path("chip"), "report.json");
        var text = File.ReadAllText(file);
        Assert.Contains(right, text, StringComparison.Ordinal);
        File.WriteAllText(file, new Regex(Regex.Escape(right)).Replace(text, wrong, 1));
        var result = Accel("rtl", "verify", folder.Path("chip"));
        Assert.Equal(2, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private static void Emit(TemporaryFolder folder, int tokens = 6, params string[] more)
    {
        File.WriteAllBytes(folder.Path("tiny.bin"), TinyCheckpoint.Bytes());
        var result = Accel(["rtl", "emit", folder.Path("tiny.bin"), "-o", folder.Path("chip"), "--tokens", tokens.ToString(CultureInfo.InvariantCulture), .. more]);
        Assert.Equal((0, ""), (result.Exit, result.Error));
    }

    /// <summary>Replaces the group of the pattern's first match in a file of the chip.</summary>
    private static void Break(TemporaryFolder folder, string file, string pattern, Func<string, string> wrong)
    {
        var path = Path.Combine(folder.Path("chip"), "rtl", file);
        var text = File.ReadAllText(path);
        var match = Regex.Match(text, pattern);
        Assert.True(match.Success, $"{file} has no {pattern}");
        var group = match.Groups[1];
        File.WriteAllText(path, string.Concat(text.AsSpan(0, group.Index), wrong(group.Value), text.AsSpan(group.Index + group.Length)));
    }

    private static JsonElement Verify(TemporaryFolder folder, int exit, params string[] more)
    {
        var result = Accel(["rtl", "verify", folder.Path("chip"), "--tool", "icarus", "--json", .. more]);
        Assert.True(exit == result.Exit, result.Error + result.Output);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static SortedDictionary<string, string> Contents(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllText, StringComparer.Ordinal),
        StringComparer.Ordinal);

    private static void Require(ExternalTool tool) => Skip.IfNot(tool.IsInstalled, $"needs {tool.Command}: {tool.InstallCommand}");

    private static (int Exit, string Output, string Error) Accel(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (CommandLine.Run(args, output, error), output.ToString(), error.ToString());
    }
}
