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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_bundled_model_takes_the_same_cycles_tick_by_tick(bool refreshesBetweenRuns)
    {
        var (graph, config) = (Shape("shakespeare-hybrid"), Load("edge"));
        config = config with { Memory = config.Memory with { Controller = config.Memory.Controller with { RefreshBetweenRuns = refreshesBetweenRuns } } };
        var (program, _) = ModelCompiler.Compile(graph, config, new() { ContextLength = 64, PrefillTokens = 8, Sequences = 3, Taps = false });
        var workload = Workload.Prefill(program, 12).Then(Workload.Decode(program, 12, 2)).Then(Workload.DecodeBatch(program, [14, 3, 40], 2));
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

    [Fact]
    public void The_bundled_model_takes_the_same_cycles_watched_and_with_its_runs_side_by_side()
    {
        var (graph, config) = (Shape("shakespeare-hybrid"), Load("big"));
        var (program, _) = ModelCompiler.Compile(graph, config, new() { ContextLength = 128, PrefillTokens = 8, Taps = false });
        var workload = Workload.Prefill(program, 12).Then(Workload.Decode(program, 12, 60));

        // Whoever watches commands sees the runs one after the other.
        var watched = TimedSimulation.Run(program, config, workload, new() { Observer = new Ends() });
        var apart = TimedSimulation.Run(program, config, workload);
        Assert.Equal(watched.Cycles, apart.Cycles);
        Assert.Equal(watched.Runs, apart.Runs);
        Assert.Equal(watched.Units.Append(watched.Sequencer).Select(Cycles), apart.Units.Append(apart.Sequencer).Select(Cycles));
        Assert.Equal(watched.Operators.Select(op => (op.Cycles, op.TotalBytes, op.Macs)), apart.Operators.Select(op => (op.Cycles, op.TotalBytes, op.Macs)));
        Assert.Equal(watched.Dram!.Total.Sums, apart.Dram!.Total.Sums);
        Assert.Equal(watched.Dram.Total.Peaks, apart.Dram.Total.Peaks);
        Assert.Equal(watched.Dram.Cycles, apart.Dram.Cycles);
        CheckBounds(apart);
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

    [Fact]
    public void A_step_of_a_batch_takes_the_weights_of_one_step_and_less_time_than_its_sequences_alone()
    {
        const int Sequences = 4;
        var (graph, config) = (Shape("llama-3.2-1b"), Load("mid"));
        var (program, _) = ModelCompiler.Compile(graph, config, new() { ContextLength = 512, Sequences = Sequences, Taps = false });
        var alone = TimedSimulation.Run(program, config, Workload.Decode(program, 400));
        var together = TimedSimulation.Run(program, config, Workload.Decode(program, 400, 1, Sequences));
        CheckBounds(together);
        Assert.Equal(Sequences * alone.Macs, together.Macs);
        Assert.Equal(Sequences * alone.Bytes[(int)TrafficClass.Cache], together.Bytes[(int)TrafficClass.Cache]);
        foreach (var (one, all) in alone.Operators.Zip(together.Operators))
        {
            // One token fetches a whole stripe of the rotation.
            if (one.Kind != "rope")
            {
                Assert.Equal((one.Kind == "embedding" ? Sequences : 1) * one.Bytes[(int)TrafficClass.Weights], all.Bytes[(int)TrafficClass.Weights]);
            }
        }

        output.WriteLine($"{alone.Cycles} alone, {together.Cycles} for {Sequences}");
        Assert.InRange(together.Cycles.Value, alone.Cycles.Value, 2 * alone.Cycles.Value);
    }

    [Fact]
    public void A_batch_of_more_sequences_than_fit_a_run_goes_in_several()
    {
        var (graph, config) = (Shape("shakespeare-hybrid"), Load("edge"));
        var (program, _) = ModelCompiler.Compile(graph, config, new() { ContextLength = 64, PrefillTokens = 2, Sequences = 5, Taps = false });
        var runs = Workload.DecodeBatch(program, [9, 8, 7, 6, 5], 2).Runs;
        Assert.Equal(2, program.EntryPoints[2].MaximumTokens);
        Assert.Equal("0: 9 8, 2: 7 6, 4: 5, 0: 10 9, 2: 8 7, 4: 6", string.Join(", ", runs.Select(run => $"{run.Sequence}: {string.Join(' ', run.Positions.ToArray())}")));
        Assert.All(runs, run => Assert.Equal(run.Tokens, run.Positions.Length));
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
