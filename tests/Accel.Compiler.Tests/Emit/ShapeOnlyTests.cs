using System.Diagnostics;
using Accel.Compiler.Quantization;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Models;
using Xunit.Abstractions;

namespace Accel.Compiler.Tests.Emit;

/// <summary>CPU time is that of the process: nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(ShapeOnlyTests), DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>Models of which only the shapes are known: compiled in seconds, with no byte per weight.</summary>
[Collection(nameof(ShapeOnlyTests))]
public sealed class ShapeOnlyTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("llama-3.1-8b", 1, 40)]
    [InlineData("llama-3.1-405b", 5, 150)]
    public void A_large_model_compiles_within_its_time_and_memory(string model, int seconds, int mebibytes)
    {
        var before = GC.GetTotalMemory(true);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var graph = Quantizer.QuantizeShape(ModelLoader.Load(model).Graph, QuantizationOptions.Int8);
        var (program, report) = ModelCompiler.Compile(graph, HardwareConfigLoader.Load(Configs.Path("big")), new CompilerOptions { ContextLength = 8192 });
        var spent = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var held = (GC.GetTotalMemory(true) - before) >> 20;
        output.WriteLine($"{model}: {spent.TotalSeconds:F2} s of CPU, {held} MiB held, {program.EntryPoints[0].Instructions.Count} + {program.EntryPoints[1].Instructions.Count} instructions, prefill of {report.PrefillTokens}");
        foreach (var entry in report.EntryPoints)
        {
            output.WriteLine($"  {entry.Name} at {entry.Position}: {entry.Moved / 1e9:F3} GB moved, bound {entry.LowerBound / 1e9:F3} GB, scratchpad {entry.ScratchpadPeak >> 10} KiB");
        }

        Assert.True(spent.TotalSeconds < seconds, $"{spent.TotalSeconds} s");
        Assert.True(held < mebibytes, $"{held} MiB");
        Assert.All(program.Segments, segment => Assert.True(segment.Image.IsEmpty));

        // Decode moves each weight once, and little else.
        var decode = report.EntryPoints[1];
        Assert.InRange((double)decode.Moved / decode.LowerBound, 1, 1.02);
        Assert.All(decode.Operators, op => Assert.True(op.Moved >= op.LowerBound || op.Kind == "embedding", $"{op.Name}: {op.Moved} below {op.LowerBound}"));
        Assert.All(decode.Operators, op => Assert.True(op.Moved == op.LowerBound || op.Reason.Length > 0, op.Name));
        Assert.Equal(0, decode.Operators.Sum(op => op.Bytes[(int)TrafficClass.Activations]));
    }
}
