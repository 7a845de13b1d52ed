using Accel.Compiler.Quantization;
using Accel.Hardware;
using Xunit.Abstractions;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Trained models on the machines of <c>hw-configs</c>: 256 tokens of prefill and 256 of decode without one differing bit.</summary>
public sealed class TrainedModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("edge", false)]
    [InlineData("mid", false)]
    [InlineData("big", false)]
    [InlineData("edge", true)]
    [InlineData("mid", true)]
    [InlineData("big", true)]
    public void Hybrid_has_the_interpreters_bits(string machine, bool int4) => Check(TrainedModels.Hybrid(int4 ? QuantizationOptions.Int4 : QuantizationOptions.Int8), machine);

    [SkippableTheory]
    [InlineData("edge", false)]
    [InlineData("mid", false)]
    [InlineData("big", false)]
    [InlineData("edge", true)]
    [InlineData("mid", true)]
    [InlineData("big", true)]
    public void Stories_has_the_interpreters_bits(string machine, bool int4) => Check(TrainedModels.Stories(int4 ? QuantizationOptions.Int4 : QuantizationOptions.Int8), machine);

    private void Check((QuantizedGraph Graph, int[] Text) model, string machine)
    {
        var run = new Differential(model.Graph, HardwareConfigLoader.Load(Configs.Path(machine)), new CompilerOptions());
        run.Run(model.Text, [256, .. Enumerable.Repeat(1, 256)]);
        output.WriteLine($"{model.Graph.Name} on {machine}: {run.Compared} elements, prefill runs of {run.Report.PrefillTokens}");
        foreach (var entry in run.Report.EntryPoints)
        {
            output.WriteLine($"  {entry.Name}: {entry.Moved} B moved, bound {entry.LowerBound} B, scratchpad {entry.ScratchpadPeak} B");
        }
    }
}
