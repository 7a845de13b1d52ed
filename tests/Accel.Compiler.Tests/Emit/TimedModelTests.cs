using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Models;
using Accel.Sim.Timing;
using Xunit.Abstractions;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Models on machines with clocks. What they multiply and move is counted from the model here, not taken from the program.</summary>
[Collection(nameof(ShapeOnlyTests))]
public sealed class TimedModelTests(ITestOutputHelper output)
{
    private sealed class Ends : ITimingObserver
    {
        public List<CommandTiming> Commands { get; } = [];

        public void OnCommand(in CommandTiming timing) => Commands.Add(timing);
    }

    [Fact]
    public void The_bundled_model_takes_the_same_cycles_tick_by_tick()
    {
        var (graph, config) = (Shape("shakespeare-hybrid"), Load("edge"));
        var (program, _) = ModelCompiler.Compile(graph, config, new() { ContextLength = 64, PrefillTokens = 8, Taps = false });
        var workload = Workload.Prefill(program, 12).Then(Workload.Decode(program, 12, 2));
        var (fast, slow) = (new Ends(), new Ends());
        var skipped = TimedSimulation.Run(program, config, workload, new() { Observer = fast });
        var ticked = TimedSimulation.Run(program, config, workload, new() { Observer = slow, Skip = false });
        Assert.Equal(ticked.Cycles, skipped.Cycles);
        Assert.True(slow.Commands.SequenceEqual(fast.Commands));
        Assert.Equal(ticked.Units.Select(Cycles), skipped.Units.Select(Cycles));
        Assert.Equal(ticked.Operators.Select(op => (op.Cycles, op.TotalBytes, op.Macs)), skipped.Operators.Select(op => (op.Cycles, op.TotalBytes, op.Macs)));
        Assert.Equal(ticked.Dram!.Total.Sums, skipped.Dram!.Total.Sums);
        Assert.Equal((0, ticked.Cycles.Value), (skipped.SteppedCycles, ticked.SteppedCycles));
    }

    [Theory]
    [InlineData("shakespeare-hybrid", "edge", 7)]
    [InlineData("llama-3.2-1b", "mid", 100)]
    public void Products_are_those_of_the_model_and_bytes_no_fewer_than_its_bound(string model, string machine, int position)
    {
        var (graph, config) = (Shape(model), Load(machine));
        var (program, report) = ModelCompiler.Compile(graph, config, new() { ContextLength = 2 * position, PrefillTokens = 4, Taps = false });
        var timing = TimedSimulation.Run(program, config, Workload.Decode(program, position));
        var linear = graph.Ops.OfType<QuantizedLinear>().Aggregate(Int128.Zero, (sum, op) => sum + ((Int128)op.Weight.Rows * op.Weight.Columns));
        var attention = graph.Ops.OfType<QuantizedAttention>().ToArray();
        var kinds = timing.Operators.GroupBy(op => op.Kind).ToDictionary(group => group.Key, group => group.Aggregate(Int128.Zero, (sum, op) => sum + op.Macs));
        Assert.Equal(linear, kinds.Where(pair => pair.Key.EndsWith("linear", StringComparison.Ordinal)).Aggregate(Int128.Zero, (sum, pair) => sum + pair.Value));
        Assert.True(attention.Length == 0 || kinds["attention"] > 0);
        Assert.True(timing.TotalBytes >= report.EntryPoints[1].LowerBound, $"{timing.TotalBytes} below {report.EntryPoints[1].LowerBound}");
        Assert.Equal(report.EntryPoints[1].Moved, timing.TotalBytes);
        CheckBounds(timing);
    }

    [Theory]
    [InlineData("llama-3.1-8b", "big", 2048)]
    [InlineData("llama-3.2-1b", "mid", 1024)]
    [InlineData("llama-3.2-1b", "edge", 256)]
    public void A_decode_step_reaches_nine_tenths_of_what_refresh_leaves_of_the_memory(string model, string machine, int position)
    {
        var (graph, config) = (Shape(model), Load(machine));
        var (program, _) = ModelCompiler.Compile(graph, config, new() { ContextLength = 2 * position, Taps = false });
        var timing = TimedSimulation.Run(program, config, Workload.Decode(program, position));
        var share = timing.TotalBytes / timing.Seconds / timing.Dram!.Config.RefreshLimitedBytesPerSecond;
        output.WriteLine($"{model} on {machine}: {timing.Cycles}, {share:P1} of the memory after refresh");
        CheckBounds(timing);
        Assert.True(share >= 0.9, $"{share:P1}");
    }

    private static void CheckBounds(TimingReport timing)
    {
        Assert.True(timing.TotalBytes / timing.Seconds <= timing.Dram!.Config.PeakBytesPerSecond);
        Assert.True(timing.Macs <= timing.Cycles.Value * (Int128)timing.PeakMacsPerCycle);
        Assert.True(timing.Dram.BytesMoved >= (UInt128)timing.TotalBytes);
        Assert.All(timing.Units.Append(timing.Sequencer), unit => Assert.Equal(timing.Cycles.Value, unit.Busy + unit.Stalled + unit.Idle));
        Assert.Equal(timing.Cycles.Value, timing.Operators.Sum(op => op.Cycles));
    }

    private static (string, long, long, long) Cycles(UnitTiming unit) => (unit.Name, unit.Busy, unit.Stalled, unit.Idle);

    private static QuantizedGraph Shape(string model) => Quantizer.QuantizeShape(ModelLoader.Load(model).Graph, QuantizationOptions.Int8);

    private static HardwareConfig Load(string name) => HardwareConfigLoader.Load(Configs.Path(name));
}
