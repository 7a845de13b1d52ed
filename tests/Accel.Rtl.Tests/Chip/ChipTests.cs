using Accel.Compiler.Quantization;
using Accel.Models;
using Accel.Rtl.Chip;
using Accel.Rtl.Matrices;
using Accel.Tests.Shared;
using Xunit.Abstractions;

namespace Accel.Rtl.Tests.Chip;

/// <summary>Chips of trained models compute the interpreter's integers: every value, every token, in the cycles predicted.</summary>
public sealed class ChipTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void Stories_int8_computes_every_value_of_the_interpreter()
    {
        RequireFullRun();
        Values("stories_int8", Stories(), QuantizationOptions.Int8, positions: 12);
    }

    [SkippableFact]
    public void Stories_int4_computes_every_value_of_the_interpreter()
    {
        RequireFullRun();
        Values("stories_int4", Stories(), QuantizationOptions.Int4, positions: 12);
    }

    [SkippableFact]
    public void Hybrid_int8_computes_every_value_of_the_interpreter()
    {
        RequireFullRun();
        Values("hybrid_int8", Hybrid(), QuantizationOptions.Int8, positions: 12);
    }

    [SkippableFact]
    public void Hybrid_int4_computes_every_value_of_the_interpreter() => Values("hybrid_int4", Hybrid(), QuantizationOptions.Int4, positions: 12);

    /// <summary>Bit-serial logic behind the same tokens: 90 of them, and every value of twelve positions.</summary>
    [SkippableTheory]
    [InlineData("int4")]
    [InlineData("int8")]
    public void Hybrid_with_its_mlps_in_serial_computes_every_value_of_the_interpreter(string weights)
    {
        RequireFullRun();
        Values($"hybrid_serial_{weights}", Hybrid(), weights == "int4" ? QuantizationOptions.Int4 : QuantizationOptions.Int8, positions: 12, ".mlp.");
    }

    /// <summary>Building a chip takes half a minute; one of four variants, with every block, stands for all, and random models for the other formats.</summary>
    private static void RequireFullRun() => Skip.IfNot(Environment.GetEnvironmentVariable("ACCEL_RTL_FULL") == "1", "ACCEL_RTL_FULL=1 runs every variant");

    private static Model Stories() => ModelLoader.Load(SharedData.Path("models", "stories260k", "stories260K.bin"));

    private static Model Hybrid() => ModelLoader.Load(Path.Combine(Repository.Root!, "models", "shakespeare-hybrid"));

    /// <param name="serial">What the names of matrices in style serial contain; null for none.</param>
    private void Values(string name, Model model, QuantizationOptions options, int positions, string? serial = null)
    {
        Tool.Require("verilator", "verilator");
        var graph = QuickModels.Quantize(model, options);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var styles = graph.Matrices.Select(matrix => matrix.Name).Where(matrix => serial is not null && matrix.Contains(serial, StringComparison.Ordinal)).ToDictionary(matrix => matrix, _ => MatrixStyle.Serial);
        var design = ChipGenerator.Generate(graph, new ChipOptions { ContextLength = 96, Styles = styles });
        var bench = ChipBench.Verilated(graph, design, Tool.Folder(name));
        output.WriteLine($"{design.Options.Lanes} lanes, built in {clock.Elapsed}");
        clock.Restart();
        var cycles = bench.Compare([1, 5, 9, 300], positions - 3, SamplingSettings.Greedy, probe: true);
        output.WriteLine($"{cycles} cycles, run and compared in {clock.Elapsed}");
        clock.Restart();
        cycles = bench.Compare([7, 400], 90, SamplingSettings.Of(0.9, 5), probe: false, salt: 3);
        output.WriteLine($"{cycles} cycles, run and compared in {clock.Elapsed}");
    }
}
