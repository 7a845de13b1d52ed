using Accel.Compiler.Quantization;
using Accel.Compiler.Tests.Quantization;
using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Isa;
using Accel.Models;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Compiler.Tests.Emit;

/// <summary>A program of some entry points is the whole program without the others: layouts and commands are the same.</summary>
public sealed class EntryPointTests
{
    private static readonly QuantizationOptions _quick = new() { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 };

    [Theory]
    [InlineData("stories260k", "edge", 1, "")]
    [InlineData("stories110m", "edge", 3, "")]
    [InlineData("stories15m", "edge", 1, "fuse-attention")]
    [InlineData("lfm2-350m", "mid", 2, "")]
    [InlineData("lfm2-1.2b", "edge", 1, "place-state")]
    [InlineData("mamba-130m", "edge", 1, "")]
    [InlineData("mistral-7b-v0.1", "big", 1, "")]
    [InlineData("llama-3.2-1b", "edge", 1, "")]
    [InlineData("llama-3.2-1b", "mid", 4, "")]
    [InlineData("llama-3.1-8b", "big", 4, "")]
    [InlineData("llama-3.1-8b", "big", 1, "fuse-attention")]
    [InlineData("llama-3.1-70b", "big", 1, "")]
    public void Entry_points_of_a_real_model_do_not_depend_on_those_left_out(string model, string machine, int sequences, string leftOut)
    {
        var graph = Quantizer.QuantizeShape(ModelLoader.Load(model).Graph, QuantizationOptions.Int8);
        var options = new CompilerOptions
        {
            ContextLength = 256,
            PrefillTokens = 128,
            Sequences = sequences,
            DisabledPasses = leftOut.Length > 0 ? new HashSet<string> { leftOut } : new HashSet<string>(),
        };
        var whole = Compare(graph, HardwareConfigLoader.Load(Configs.Path(machine)), options);
        Assert.NotNull(whole);
    }

    /// <summary>Runs that must shrink, semaphores and scratchpad that just suffice or just do not: what is left out decides the same.</summary>
    [Fact]
    public void Entry_points_of_a_random_model_do_not_depend_on_those_left_out() => SeededProperty.Holds(
        Gen.Choose(0, 100_000),
        seed =>
        {
            var random = new Random(seed);
            var graph = RandomModelTests.Quantize(new RandomModel(seed), _quick);
            var machine = Machines.Of(
                1 << random.Next(1, 5), 1 << random.Next(1, 5), random.Next(1, 4), random.Next(1, 4), scratchpad: 1L << random.Next(13, 20), vectorUnits: random.Next(1, 4));
            Compare(
                graph,
                machine with { Sequencer = machine.Sequencer with { Semaphores = random.Next(2) == 0 ? 256 : random.Next(4, 40) } },
                new() { ContextLength = 64, PrefillTokens = 32, Sequences = random.Next(1, 4), Taps = random.Next(2) == 0 });
        },
        runs: 60);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    public void Semaphores_run_out_at_the_same_number(int arrays, int vectorUnits)
    {
        var graph = Quantizer.QuantizeShape(ModelLoader.Load("stories260k").Graph, QuantizationOptions.Int8);
        var machine = Machines.Of(16, 16, arrays, vectorUnits: vectorUnits);
        var fits = Enumerable.Range(8, 40)
            .Select(count => Compare(graph, machine with { Sequencer = machine.Sequencer with { Semaphores = count } }, new() { ContextLength = 64, PrefillTokens = 2, Sequences = 2 }) is not null)
            .ToArray();

        Assert.False(fits[0]);
        Assert.True(fits[^1]);
        Assert.Equal(fits.Order(), fits);
    }

    [Fact]
    public void The_report_tells_of_the_entry_points_that_were_asked_for()
    {
        var graph = Quantizer.QuantizeShape(ModelLoader.Load("stories260k").Graph, QuantizationOptions.Int8);
        var machine = HardwareConfigLoader.Load(Configs.Path("edge"));
        var options = new CompilerOptions { Sequences = 2 };
        var whole = ModelCompiler.Compile(graph, machine, options).Report;
        var part = ModelCompiler.Compile(graph, machine, options with { EntryPoints = new HashSet<string> { EntryPointNames.Batch } }).Report;

        Assert.Equal(["prefill", "decode", "batch"], whole.EntryPoints.Select(entry => entry.Name));
        var (all, one) = (whole.EntryPoints[2], Assert.Single(part.EntryPoints));
        Assert.Equal((all.Name, all.Position, all.Tokens, all.ScratchpadPeak, all.Moved), (one.Name, one.Position, one.Tokens, one.ScratchpadPeak, one.Moved));
        Assert.Equal(all.Operators.Select(op => (op.Name, op.Moved, op.LowerBound, op.Reason)), one.Operators.Select(op => (op.Name, op.Moved, op.LowerBound, op.Reason)));
        Assert.Equal((whole.PrefillTokens, whole.DramBytes), (part.PrefillTokens, part.DramBytes));
        Assert.Equal(whole.States, part.States);
    }

    [Fact]
    public void An_entry_point_that_the_program_would_not_have_is_refused()
    {
        var graph = Quantizer.QuantizeShape(ModelLoader.Load("stories260k").Graph, QuantizationOptions.Int8);
        var options = new CompilerOptions { EntryPoints = new HashSet<string> { EntryPointNames.Decode, EntryPointNames.Batch } };
        var error = Assert.Throws<ArgumentException>(() => ModelCompiler.CompileProgram(graph, HardwareConfigLoader.Load(Configs.Path("edge")), options));
        Assert.Contains("'batch'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Compiles all entry points, each alone, and all but each.</summary>
    /// <returns>The whole program; null if all of them are refused in the same words.</returns>
    private static CompiledProgram? Compare(QuantizedGraph graph, HardwareConfig machine, CompilerOptions options)
    {
        var (whole, refusal) = Compile(graph, machine, options);
        string[] names = options.Sequences > 1 ? ["prefill", "decode", "batch"] : ["prefill", "decode"];
        foreach (var name in names)
        {
            foreach (var wanted in new[] { [name], names.Where(other => other != name).ToHashSet() })
            {
                var (part, fault) = Compile(graph, machine, options with { EntryPoints = wanted });
                Assert.Equal(refusal, fault);
                Assert.Equal(whole is null ? null : whole with { EntryPoints = [.. whole.EntryPoints.Where(entry => wanted.Contains(entry.Name))] }, part);
            }
        }

        return whole;
    }

    private static (CompiledProgram? Program, string Refusal) Compile(QuantizedGraph graph, HardwareConfig machine, CompilerOptions options)
    {
        try
        {
            return (ModelCompiler.CompileProgram(graph, machine, options), "");
        }
        catch (InputException error)
        {
            return (null, error.Message);
        }
    }
}
