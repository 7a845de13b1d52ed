using System.Text.Json;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Encoding;

namespace Accel.Cli.Tests;

/// <summary>Compiling, printing and checking programs of the bundled model.</summary>
public sealed class CheckVerbTests
{
    /// <summary>A text as short as this calibrates in no time; how well does not matter where a planted fault is looked for.</summary>
    private const string Calibration = "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak.\n";

    [Theory]
    [InlineData("edge", "int8")]
    [InlineData("edge", "mixed")]
    [InlineData("mid", "int4")]
    [InlineData("big", "ternary")]
    public void Program_and_interpreter_agree_on_every_bit(string hardware, string weights)
    {
        var result = Accel("check", "--hw", hardware, "--weights", weights, "--tokens", "16", "--json");
        Assert.Equal((0, ""), (result.Exit, result.Error));
        var json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(0, json.GetProperty("differing_bits").GetInt64());
        Assert.True(json.GetProperty("compared_elements").GetInt64() > 100_000);
        Assert.Equal(json.GetProperty("integer_perplexity").GetDouble(), json.GetProperty("program_perplexity").GetDouble(), 9);
    }

    [Fact]
    public void A_wrong_shift_is_named_by_the_first_value_it_reaches() => AssertCaught(
        "layers.0.conv.in", program => Edited<Drain>(program, "layers.0.conv.in", drain => drain with { SumShift = drain.SumShift + 1 }));

    [Fact]
    public void A_wrong_factor_is_named_by_the_first_value_it_reaches() => AssertCaught(
        "layers.0.conv.norm", program => Edited<QuantizeRows>(program, "layers.0.conv.norm.codes", rows => rows with { ScaleMantissa = rows.ScaleMantissa + 1 }));

    [Fact]
    public void Another_rounding_is_named_by_the_first_value_it_reaches() => AssertCaught(
        "layers.0.mlp.product", program => Edited<Elementwise>(program, "layers.0.mlp.product", product => product with { Truncate = true }));

    [Fact]
    public void A_moved_tile_is_named_by_the_first_value_it_reaches() => AssertCaught(
        // The first tile stays and those behind it move back, so that the last does not leave its segment.
        "layers.0.conv.in", program => Edited<Load>(program, "layers.0.conv.in", load => load with { Dram = load.Dram + (load.Dram[0] with { Coefficient = -2 }) }, load => !load.Dram.IsConstant));

    [Fact]
    public void A_program_that_does_what_the_machine_cannot_do_fails_the_check_and_is_named()
    {
        using var folder = new TemporaryFolder();
        var damaged = Damaged(folder, program => Edited<MatMul>(program, "layers.0.conv.in", product => product with { Waits = [] }));
        var result = Check(folder, damaged);
        Assert.Equal(1, result.Exit);
        Assert.Contains("the program does what the machine cannot do: prefill[", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layers.2.attention.query.weight", 0, "layers.2.attention.query")]
    [InlineData("layers.2.attention.query.weight.mantissas", 0, "layers.2.attention.query")]
    [InlineData("layers.4.mlp.down.weight", 5, "layers.4")]
    public void A_flipped_weight_or_scale_is_named_by_the_first_value_it_reaches(string segment, int offset, string value) =>
        AssertCaught(value, program => program with
        {
            Segments = [.. program.Segments.Select(s => s.Name == segment ? s with { Image = Flipped(s.Image, offset) } : s)],
        });

    [Fact]
    public void A_listing_with_constants_assembles_to_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Accel("compile", "--hw", "edge", "--output", folder.Path("model.acc")).Exit);
        var listing = folder.Write("model.txt", Accel("disasm", folder.Path("model.acc"), "--images").Output);
        Assert.Equal(0, Accel("disasm", listing, "--assemble", folder.Path("again.acc")).Exit);
        Assert.Equal(File.ReadAllBytes(folder.Path("model.acc")), File.ReadAllBytes(folder.Path("again.acc")));
    }

    [Fact]
    public void A_shape_compiles_without_weights_and_moves_little_more_than_it_must()
    {
        var json = JsonDocument.Parse(Accel("compile", "llama-3.1-8b", "--hw", "big", "--json").Output).RootElement;
        foreach (var entry in json.GetProperty("entry_points").EnumerateArray())
        {
            var (moved, bound) = (entry.GetProperty("bytes_moved").GetInt64(), entry.GetProperty("lower_bound_bytes").GetInt64());
            Assert.InRange(moved, bound, bound * 1.05);
        }
    }

    [Fact]
    public void Savings_show_that_nothing_moves_less_than_all_passes_together()
    {
        var rows = JsonDocument.Parse(Accel("compile", "--hw", "edge", "--savings", "--json").Output).RootElement.GetProperty("left_out").EnumerateArray().ToList();
        Assert.Equal("nothing", rows[0].GetProperty("name").GetString());
        foreach (var entry in new[] { "prefill_bytes", "decode_bytes" })
        {
            var bytes = rows.Select(row => row.GetProperty(entry).GetInt64()).ToList();
            Assert.All(bytes.Skip(1), moved => Assert.True(moved > bytes[0]));
            Assert.Equal(bytes.Max(), bytes[^1]);
        }
    }

    [Theory]
    [InlineData("compile llama-3.1-405b --hw edge --output x.acc", "expected")]
    [InlineData("compile --hw egde --output x.acc", "did you mean 'edge'?")]
    [InlineData("check llama-3.1-8b", "expected a checkpoint with weights")]
    [InlineData("disasm no-such-file", "no such file")]
    [InlineData("compile --weights int7", "int7")]
    public void Bad_input_is_one_clear_error_and_nothing_is_written(string arguments, string message)
    {
        var result = Accel(arguments.Split(' '));
        Assert.Equal(2, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists("x.acc"));
    }

    [Fact]
    public void A_program_cut_short_or_changed_in_a_byte_is_refused()
    {
        using var folder = new TemporaryFolder();
        Accel("compile", "--hw", "edge", "--output", folder.Path("model.acc"));
        var bytes = File.ReadAllBytes(folder.Path("model.acc"));
        File.WriteAllBytes(folder.Path("cut.acc"), bytes.AsSpan(0, bytes.Length / 2));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(folder.Path("changed.acc"), bytes);
        Assert.Equal(2, Accel("disasm", folder.Path("cut.acc")).Exit);
        Assert.Contains("checksum", Accel("disasm", folder.Path("changed.acc")).Error, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The program with the first command of its kind that serves an operator changed, in every entry point.</summary>
    private static CompiledProgram Edited<T>(CompiledProgram program, string name, Func<T, Command> edit, Predicate<T>? match = null)
        where T : Command
    {
        EntryPoint Edit(EntryPoint entry)
        {
            var instructions = entry.Instructions.ToList();
            var place = instructions.FindIndex(instruction => instruction is T command && program.Operators[command.Operator].Name == name && match?.Invoke(command) != false);
            Assert.True(place >= 0, $"no {typeof(T).Name} serves '{name}'");
            instructions[place] = edit((T)instructions[place]);
            return entry with { Instructions = instructions };
        }

        return program with { EntryPoints = [.. program.EntryPoints.Select(Edit)] };
    }

    /// <summary>Compiles the bundled model, damages the program; the damaged file.</summary>
    private static string Damaged(TemporaryFolder folder, Func<CompiledProgram, CompiledProgram> damage)
    {
        folder.Write("calibration.txt", Calibration);
        Assert.Equal(0, Accel("compile", "--hw", "edge", "--calibration", folder.Path("calibration.txt"), "--output", folder.Path("model.acc")).Exit);
        var program = ProgramDecoder.Decode("model.acc", File.ReadAllBytes(folder.Path("model.acc")));
        File.WriteAllBytes(folder.Path("damaged.acc"), ProgramEncoder.Encode(damage(program)));
        return folder.Path("damaged.acc");
    }

    private static (int Exit, string Output, string Error) Check(TemporaryFolder folder, string program, params string[] more) =>
        Accel(["check", "--hw", "edge", "--tokens", "8", "--calibration", folder.Path("calibration.txt"), "--program", program, .. more]);

    /// <summary>Compiles, damages the program, and has the verb find it.</summary>
    private static void AssertCaught(string value, Func<CompiledProgram, CompiledProgram> damage)
    {
        using var folder = new TemporaryFolder();
        var result = Check(folder, Damaged(folder, damage), "--json");
        Assert.Equal(1, result.Exit);
        if (result.Output.Length == 0)
        {
            // The machine itself refused: it read what nobody wrote.
            Assert.Contains(value, result.Error, StringComparison.Ordinal);
            return;
        }

        var json = JsonDocument.Parse(result.Output).RootElement;
        Assert.True(json.GetProperty("differing_bits").GetInt64() > 0);
        Assert.Contains(value, json.GetProperty("first_difference").GetString()!, StringComparison.Ordinal);
    }

    private static byte[] Flipped(ReadOnlyMemory<byte> image, int offset)
    {
        var bytes = image.ToArray();
        bytes[offset] ^= 0x10;
        return bytes;
    }

    private static (int Exit, string Output, string Error) Accel(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (CommandLine.Run(args, output, error), output.ToString(), error.ToString());
    }
}
