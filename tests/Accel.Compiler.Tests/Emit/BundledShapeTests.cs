using Accel.Compiler.Quantization;
using Accel.Compiler.Tiling;
using Accel.Hardware;
using Accel.Models;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Every model of the catalogue becomes a program, from its shapes alone.</summary>
public sealed class BundledShapeTests
{
    private const int Context = 256;

    public static TheoryData<string> Names => [.. ModelLoader.BundledNames];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bundled_model_compiles_for_the_large_machine_and_moves_what_it_must(string name)
    {
        var graph = Quantizer.QuantizeShape(ModelLoader.Load(name).Graph, QuantizationOptions.Int8);
        var (program, report) = ModelCompiler.Compile(
            graph, HardwareConfigLoader.Load(Configs.Path("big")), new CompilerOptions { ContextLength = Context, PrefillTokens = 16, Taps = false });
        var decode = report.EntryPoints[1];
        var needed = BytesNeeded.ByOperator(graph, program, [new(decode.Position, decode.Tokens)]);
        Assert.Equal(decode.Operators.Select(op => (op.Name, op.LowerBound)), program.Operators.Zip(needed, (op, bytes) => (op.Name, bytes)));
        Assert.InRange(decode.Moved, needed.Sum(), (long)(1.25 * needed.Sum()));
    }

    [Fact]
    public void Bytes_needed_add_up_over_runs()
    {
        var graph = Quantizer.QuantizeShape(ModelLoader.Load("stories260k").Graph, QuantizationOptions.Int8);
        var (program, _) = ModelCompiler.Compile(graph, HardwareConfigLoader.Load(Configs.Path("edge")), new CompilerOptions { ContextLength = Context, DisabledPasses = new HashSet<string> { "place-state" } });
        long Needed(params (long Position, long Tokens)[] runs) => BytesNeeded.ByOperator(graph, program, [.. runs.Select(run => new RunWork(run.Position, run.Tokens))]).Sum();
        Assert.Equal(Needed((0, 16)) + Needed((16, 1)), Needed((0, 16), (16, 1)));

        // In 5 layers and 4 heads one more key of 8 codes of 16 bits and one more value of 8 codes of 8 bits, with a scale of 16 bits each.
        Assert.Equal(5 * 4 * ((16 + 2) + (8 + 2)), Needed((17, 1)) - Needed((16, 1)));
    }
}
