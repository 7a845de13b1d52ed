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
        Assert.All(stores, group => Assert.InRange(group.Start, 0.9 * timing.Cycles.Value, timing.Cycles.Value));
    }
}
