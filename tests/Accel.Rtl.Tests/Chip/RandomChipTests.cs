using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Quantization.Weights;
using Accel.Compiler.Tests.Quantization;
using Accel.Core.Diagnostics;
using Accel.Rtl.Chip;
using Accel.Runtime;

namespace Accel.Rtl.Tests.Chip;

/// <summary>Small models of odd extents and all blocks, in Icarus, which knows what was never written.</summary>
public sealed class RandomChipTests
{
    private const int Context = 24;
    private const int Models = 4;

    [SkippableFact]
    public void Chips_of_random_models_compute_every_value_of_the_interpreter()
    {
        Tool.Require("iverilog", "iverilog");
        string[] wanted = ["attention", "rope", "causal_conv", "rg_lru", "block_linear", "slice", "multiply", "add", "silu", "sigmoid", "norm_quantize_rows", "rms_norm"];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var made = 0;
        for (var seed = 1; made < Models || !seen.IsSupersetOf(wanted); seed++)
        {
            var random = new Random(seed);
            var model = new RandomModel(seed);
            var format = new[] { WeightFormat.Int8, WeightFormat.Int4, WeightFormat.Ternary, WeightFormat.Int3 }[random.Next(4)];
            var graph = Quantize(model, QuantizationOptions.Int8 with
            {
                Weights = new WeightScheme(format, new[] { 0, 4, 6, 8 }[random.Next(4)]),
                ValueBits = random.Next(3) == 0 ? 32 : 16,
                QueryBits = random.Next(2) == 0 ? 8 : 16,
                KeyBits = random.Next(2) == 0 ? 8 : 16,
                CachedValueBits = random.Next(2) == 0 ? 8 : 16,
            });
            if (!HasBlocks(graph) || (made >= Models && graph.Ops.All(op => seen.Contains(op.Mnemonic))))
            {
                continue;
            }

            var design = ChipGenerator.Generate(graph, new ChipOptions { ContextLength = Context, Lanes = 2 << random.Next(5) });
            var bench = ChipBench.Icarus(graph, design, Tool.Folder($"random_{seed}"));
            var settings = random.Next(2) == 0 ? SamplingSettings.Greedy : SamplingSettings.Of(0.8 + random.NextDouble(), (ulong)seed);

            bench.Compare(model.Tokens(random.Next(1, 5)), random.Next(3, 9), settings, probe: true);

            seen.UnionWith(graph.Ops.Select(op => op.Mnemonic));
            made++;
        }
    }

    [Fact]
    public void An_op_without_a_block_is_refused_by_name()
    {
        var graph = Enumerable.Range(1, 100).Select(seed => Quantize(new RandomModel(seed), QuantizationOptions.Int8)).First(g => g.Ops.Any(op => op is QuantizedSelectiveScan));
        var scan = graph.Ops.First(op => op is QuantizedSelectiveScan);

        var fault = Assert.Throws<InputException>(() => ChipGenerator.Generate(graph, new ChipOptions { ContextLength = Context }));

        Assert.Contains(scan.Mnemonic, fault.Message, StringComparison.Ordinal);
        Assert.Contains(scan.Result.Name, fault.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_chip_with_norms_of_heads_is_clean_for_lint()
    {
        Tool.Require("verilator", "verilator");
        var graph = Enumerable.Range(1, 200).Select(seed => Quantize(new RandomModel(seed), QuantizationOptions.Int8)).First(g => HasBlocks(g) && g.Ops.Any(op => op is QuantizedRmsNorm));
        var design = ChipGenerator.Generate(graph, new ChipOptions { ContextLength = Context, Lanes = 8 });
        var folder = Tool.Folder("norm_chip");
        File.WriteAllText(Path.Combine(folder, "chip.v"), Accel.Rtl.Hdl.VerilogPrinter.PrintText(design.Top));
        Tool.Lint(folder, "chip.v", design.Top.Name);
    }

    [Fact]
    public void Emitting_twice_gives_the_same_bytes()
    {
        var graph = Enumerable.Range(1, 100).Select(seed => Quantize(new RandomModel(seed), QuantizationOptions.Int8)).First(HasBlocks);
        string[] Texts() => [.. ChipGenerator.Generate(graph, new ChipOptions { ContextLength = Context }).Print().Select(file => file.Text)];

        Assert.Equal(Texts(), Texts());
    }

    [Fact]
    public void A_model_too_large_for_the_style_is_refused_with_both_numbers()
    {
        var graph = Recurrent();
        var bytes = graph.Matrices.Sum(matrix => (long)matrix.Rows * matrix.Columns * matrix.CodeBits) / 8;

        var fault = Assert.Throws<InputException>(() => ChipGenerator.Generate(graph, new ChipOptions { ContextLength = Context, MostWeightBits = 8 * 1024 }));

        Assert.Contains("1 KiB", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"{new Accel.Core.Units.Bytes(bytes)}", fault.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_flipped_weight_is_found_at_its_step()
    {
        var graph = Recurrent();
        var folder = Tool.Folder("flipped");
        var design = ChipGenerator.Generate(graph, new ChipOptions { ContextLength = Context, Lanes = 8 });
        var bench = ChipBench.Icarus(graph, design, folder);
        var step = design.Steps.Last(s => s.Unit == "requantise" && s.Name != "logits");
        var rom = Path.Combine(folder, $"rom_{step.Name}_weight.v");
        var text = File.ReadAllText(rom);
        var digit = text.IndexOf("'h", StringComparison.Ordinal) + 2;
        File.WriteAllText(rom, $"{text[..digit]}{(text[digit] == '7' ? '3' : '7')}{text[(digit + 1)..]}");

        var fault = Assert.ThrowsAny<Exception>(() => bench.Compare([1, 2, 3], 4, SamplingSettings.Greedy, probe: true));

        Assert.Contains($"{step.Name} (requantise)", fault.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Yosys_reads_a_chip_and_finds_no_fault()
    {
        Tool.Require("yosys", "yosys");
        var design = ChipGenerator.Generate(Recurrent(), new ChipOptions { ContextLength = Context, Lanes = 4 });
        var folder = Tool.Folder("yosys_chip");
        File.WriteAllText(Path.Combine(folder, "chip.v"), Accel.Rtl.Hdl.VerilogPrinter.PrintText(design.Top));

        Tool.Run(folder, "yosys", "-q", "-p", $"read_verilog chip.v; hierarchy -check -top {design.Top.Name}; proc; check -assert");
    }

    [Theory]
    [InlineData(0, 8, "context")]
    [InlineData(70_000, 8, "context")]
    [InlineData(24, 3, "lanes")]
    [InlineData(24, 4096, "lanes")]
    public void Options_that_no_chip_can_have_are_refused(int context, int lanes, string field)
    {
        var graph = Enumerable.Range(1, 100).Select(seed => Quantize(new RandomModel(seed), QuantizationOptions.Int8)).First(HasBlocks);

        Assert.Contains(field, Assert.Throws<InputException>(() => ChipGenerator.Generate(graph, new ChipOptions { ContextLength = context, Lanes = lanes })).Message, StringComparison.Ordinal);
    }

    /// <summary>A model with a convolution, a recurrence, and attention over a ring.</summary>
    internal static QuantizedGraph Recurrent() => _recurrent.Value;

    private static readonly Lazy<QuantizedGraph> _recurrent = new(() =>
        Enumerable.Range(1, 2000).Select(seed => new RandomModel(seed))
            .Where(model => model.Graph.States.Count >= 3 && model.Graph.NodesOf<Graph.Ops.RgLru>().Any() && model.Graph.NodesOf<Graph.Ops.Attention>().Any(node => ((Graph.Ops.Attention)node.Op).Window > 1))
            .Select(model => Quantize(model, QuantizationOptions.Int8)).First(HasBlocks));

    /// <summary>Whether all ops have blocks and all attentions one shape.</summary>
    internal static bool HasBlocks(QuantizedGraph graph) =>
        !graph.Ops.Any(op => op is QuantizedSelectiveScan)
        && graph.Ops.OfType<QuantizedAttention>().Select(op => (op.Heads, op.KeyHeads, op.HeadWidth)).Distinct().Count() <= 1
        && graph.Ops.OfType<QuantizedRope>().Select(op => op.Rotation).Distinct().Count() <= 1;

    internal static QuantizedGraph Quantize(RandomModel model, QuantizationOptions options)
    {
        var tokens = model.Tokens(20);
        var collector = new CalibrationCollector(model.Graph);
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(20)) { Observer = collector.Observe };
        session.Forward(tokens, new float[tokens.Length * RandomModel.Vocabulary]);
        return Quantizer.Quantize(model.Graph, model.Weights, collector.Build(), options with { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 });
    }
}
