using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Compiler.Tests.Emit;
using Accel.Compiler.Tests.Quantization;
using Accel.Core.Diagnostics;
using Accel.Isa.Commands;

namespace Accel.Compiler.Tests.Passes;

/// <summary>Each fusion, and the placement of states, saves bytes and changes no bit.</summary>
public sealed class FusionTests
{
    private static readonly CompilerOptions _options = new() { ContextLength = 40, PrefillTokens = 8 };

    public static TheoryData<string> Savings => new(PassPipeline.Passes.Select(pass => pass.Name).Where(name => name != "canonicalise"));

    [Theory]
    [MemberData(nameof(Savings))]
    public void A_pass_switched_off_costs_bytes_and_changes_no_bit(string pass)
    {
        var (graph, text) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var fused = new Differential(graph, Machines.Of(16, 16), _options);
        var apart = new Differential(graph, Machines.Of(16, 16), _options with { DisabledPasses = new HashSet<string> { pass } });
        apart.Run(text, 8, 1, 5, 1);
        for (var entry = 0; entry < 2; entry++)
        {
            Assert.True(apart.Report.EntryPoints[entry].Moved > fused.Report.EntryPoints[entry].Moved, $"{apart.Report.EntryPoints[entry].Moved} bytes without {pass}");
        }
    }

    [Fact]
    public void Without_any_pass_the_bits_are_the_same()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var model = new RandomModel(seed);
            var graph = RandomModelTests.Quantize(model, new QuantizationOptions { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 });
            var none = _options with { DisabledPasses = PassPipeline.Passes.Select(pass => pass.Name).ToHashSet() };
            new Differential(graph, Machines.Of(8, 8), none).Run(model.Tokens(30), 8, 1, 8, 1, 1);
        }
    }

    [Fact]
    public void Fused_models_move_no_activations()
    {
        var (graph, _) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var (_, report) = ModelCompiler.Compile(graph, Machines.Of(16, 16), _options);
        Assert.All(report.EntryPoints, entry => Assert.Equal(0, entry.Operators.Sum(op => op.Bytes[(int)TrafficClass.Activations])));
    }

    [Fact]
    public void An_unknown_pass_is_named()
    {
        var (graph, _) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var error = Assert.Throws<InputException>(
            () => ModelCompiler.Compile(graph, Machines.Of(16, 16), _options with { DisabledPasses = new HashSet<string> { "fuse-everything" } }));
        Assert.Contains("found 'fuse-everything'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_plan_is_shown_after_each_pass()
    {
        var (graph, _) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var dumps = new List<(string Pass, string Text)>();
        ModelCompiler.Compile(graph, Machines.Of(16, 16), _options with { DumpIr = (pass, text) => dumps.Add((pass, text)) });
        Assert.Equal(PassPipeline.Passes.Select(pass => pass.Name), dumps.Select(dump => dump.Pass));
        Assert.Contains("@dram", dumps[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("@dram", dumps[^1].Text, StringComparison.Ordinal);
    }
}
