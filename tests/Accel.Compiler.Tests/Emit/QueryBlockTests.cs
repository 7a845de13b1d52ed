using Accel.Compiler.Quantization;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim.Timing;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Long runs go through attention block by block, each block with the keys up to its own end.</summary>
public sealed class QueryBlockTests
{
    [Theory]
    [InlineData("edge")]
    [InlineData("edge", "place-state")]
    [InlineData("mid", "fuse-attention")]
    [InlineData("big", "place-state")]
    public void Runs_of_several_blocks_say_what_the_interpreter_says(string machine, params string[] disabled)
    {
        // Full attention, and a window's ring that the second run wraps; blocks of 64, the last of each run shorter.
        var (graph, text) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var options = new CompilerOptions { ContextLength = 256, PrefillTokens = 100, Sequences = 2, DisabledPasses = disabled.ToHashSet(StringComparer.Ordinal) };
        var run = new Differential(graph, HardwareConfigLoader.Load(Configs.Path(machine)), options);
        Assert.Equal(100, run.Program.EntryPoints[0].MaximumTokens);
        Assert.Contains(run.Report.EntryPoints[0].Operators, op => op.Kind == "attention");
        run.Sequence = 1;
        run.Run(text, 70, 1, 100, 65, 3);
    }

    [Theory]
    [InlineData("shakespeare-hybrid", "edge", 256)]
    [InlineData("llama-3.2-1b", "mid", 256)]
    public void A_prompt_in_wholeruns_takes_no_more_time_than_in_quarterones(string model, string machine, int prompt)
    {
        var graph = Quantizer.QuantizeShape(Models.ModelLoader.Load(model).Graph, QuantizationOptions.Int8);
        var config = HardwareConfigLoader.Load(Configs.Path(machine));
        long Cycles(int run)
        {
            var (program, _) = ModelCompiler.Compile(graph, config, new() { ContextLength = prompt, PrefillTokens = run, Taps = false });
            return TimedSimulation.Run(program, config, Workload.Prefill(program, prompt), new() { Ideal = Idealised.Memory }).Cycles.Value;
        }

        var (quarter, whole) = (Cycles(prompt / 4), Cycles(prompt));
        Assert.True(whole <= quarter, $"{whole} in long runs, {quarter} in short ones");
    }
}
