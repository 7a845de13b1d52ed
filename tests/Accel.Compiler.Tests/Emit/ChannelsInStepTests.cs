using Accel.Compiler.Quantization;
using Accel.Hardware;
using Accel.Models;
using Accel.Sim.Timing;

namespace Accel.Compiler.Tests.Emit;

/// <summary>
/// What falls to some channels of the memory only puts them out of step with the others for as long as the stream of weights does not pause: a
/// decode step of a large model has nothing of the kind before its own keys and values are stored at the end.
/// </summary>
[Collection(nameof(ShapeOnlyTests))]
public sealed class ChannelsInStepTests
{
    private sealed class Groups : ITimingObserver
    {
        public List<BurstGroupTiming> All { get; } = [];

        public List<long> Runs { get; } = [];

        public void OnRun(int run, long start) => Runs.Add(start);

        public void OnBurstGroup(in BurstGroupTiming timing) => All.Add(timing);
    }

    [Theory]
    [InlineData("llama-3.1-8b", "big", 2048)]
    [InlineData("llama-3.1-8b", "big", 2111)]
    [InlineData("llama-3.2-1b", "big", 700)]
    public void Every_load_of_a_decode_step_is_whole_stripes_and_every_short_store_comes_last(string model, string machine, int position)
    {
        var config = HardwareConfigLoader.Load(Configs.Path(machine));
        var graph = Quantizer.QuantizeShape(ModelLoader.Load(model).Graph, QuantizationOptions.Int8);
        var (program, _) = ModelCompiler.Compile(graph, config, new() { ContextLength = 2 * position, Taps = false });
        var groups = new Groups();
        var timing = TimedSimulation.Run(program, config, Workload.Decode(program, position), new() { Observer = groups });
        var stripe = config.Memory.Channels * config.Dma.Burst.Value;

        var (loads, stores) = (groups.All.Where(group => !group.IsWrite), groups.All.Where(group => group.IsWrite && group.Bytes % stripe != 0));
        Assert.DoesNotContain(loads, group => group.Bytes % stripe != 0);
        Assert.NotEmpty(stores);
        Assert.All(stores, group => Assert.InRange(group.Start, 0.99 * timing.Cycles.Value, timing.Cycles.Value));
    }

    [Theory]
    [InlineData(2050)]
    [InlineData(2954)]
    public void Loads_of_tokens_that_fetch_the_same_caches_go_out_in_the_same_cycles(int position)
    {
        var config = HardwareConfigLoader.Load(Configs.Path("big"));
        var graph = Quantizer.QuantizeShape(ModelLoader.Load("llama-3.1-8b").Graph, QuantizationOptions.Int8);
        var (program, _) = ModelCompiler.Compile(graph, config, new() { ContextLength = 3072, Taps = false });
        var groups = new Groups();
        TimedSimulation.Run(program, config, Workload.Decode(program, position, 5), new() { Observer = groups });

        // The first run finds a memory that has done nothing yet. Queries, scores and weights of each token have sizes of their own all the same.
        var second = LoadsOf(groups, 1);
        Assert.InRange(second.Count, 10_000, 30_000);
        for (var run = 2; run < 5; run++)
        {
            Assert.Equal(second, LoadsOf(groups, run));
        }
    }

    /// <summary>Channel, bytes and cycle since the run's start of each group of loads.</summary>
    private static List<(int Channel, long Bytes, long Start)> LoadsOf(Groups groups, int run)
    {
        var (start, end) = (groups.Runs[run], run + 1 < groups.Runs.Count ? groups.Runs[run + 1] : long.MaxValue);
        return
        [
            .. groups.All.Where(group => !group.IsWrite && group.Start >= start && group.Start < end)
                .Select(group => (group.Channel, group.Bytes, group.Start - start))
                .OrderBy(load => (load.Item3, load.Channel)),
        ];
    }
}
