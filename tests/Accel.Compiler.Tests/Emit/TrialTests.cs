using Accel.Compiler.Emit;
using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Compiler.Scheduling;
using Accel.Compiler.Tests.Quantization;
using Accel.Hardware;
using Accel.Models;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Compiler.Tests.Emit;

/// <summary>A trial takes what the commands would take, and sets aside as many semaphores as they could need.</summary>
public sealed class TrialTests
{
    private const int Tokens = 16;
    private const int Sequences = 3;

    [Theory]
    [InlineData("stories260k", "edge", "")]
    [InlineData("stories15m", "mid", "fuse-attention")]
    [InlineData("lfm2-350m", "mid", "")]
    [InlineData("mamba-130m", "mid", "")]
    [InlineData("llama-3.2-1b", "big", "")]
    [InlineData("mistral-7b-v0.1", "big", "place-state")]
    public void A_trial_of_a_real_model_takes_what_its_commands_take(string model, string machine, string leftOut) => Compare(
        Quantizer.QuantizeShape(ModelLoader.Load(model).Graph, QuantizationOptions.Int8),
        HardwareConfigLoader.Load(Configs.Path(machine)),
        leftOut.Length > 0 ? new HashSet<string> { leftOut } : new HashSet<string>());

    [Fact]
    public void A_trial_of_a_random_model_takes_what_its_commands_take() => SeededProperty.Holds(
        Gen.Choose(0, 100_000),
        seed =>
        {
            var random = new Random(seed);
            var graph = RandomModelTests.Quantize(new RandomModel(seed), new QuantizationOptions { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 });
            var names = PassPipeline.Passes.Select(pass => pass.Name).Where(_ => random.Next(4) == 0).ToHashSet();
            Compare(graph, Machines.Of(8, 8, random.Next(1, 5), random.Next(1, 4), scratchpad: 1 << 22, vectorUnits: random.Next(1, 5)), names);
        },
        runs: 60);

    private static void Compare(QuantizedGraph graph, HardwareConfig config, IReadOnlySet<string> leftOut)
    {
        var machine = new Machine(config);
        var options = new CompilerOptions { ContextLength = 64, PrefillTokens = Tokens, Sequences = Sequences, DisabledPasses = leftOut };
        var plan = new ModelPlan(graph, new StateSpace(machine.Shape.ScratchpadBytes / 4, options.ContextLength, Tokens, Sequences, machine.Stripe));
        PassPipeline.Run(plan, options);
        var matrices = new WeightPlan(plan, machine, [Tokens, 1, Sequences], machine.Shape.ScratchpadBytes / 8 / (4 * machine.Arrays));
        var fit = new Fitting(Tokens, 8, 4, plan.Residents.Count);
        foreach (var run in new RunShape[] { new("prefill", Tokens), new("decode", 1), new("batch", Sequences, true) })
        {
            EmitContext Emit(bool isTrial)
            {
                var context = new EmitContext(machine, plan, options, new DramLayout("test", machine, false, Sequences, isStriped: true), matrices, run, fit, isTrial);
                context.EmitAll();
                return context;
            }

            var (trial, made) = (Emit(isTrial: true), Emit(isTrial: false));
            Assert.Empty(trial.Stream.Finish());
            Assert.NotEmpty(made.Stream.Finish());
            Assert.Equal(made.Stream.PurposeSemaphores, trial.Stream.PurposeSemaphores);
            Assert.Equal(0, trial.Stream.OrderSemaphores);
            Assert.InRange(made.Stream.OrderSemaphores, 0, CommandStream.MostOrderSemaphores(machine));
            Assert.Equal(made.Scratchpad.Peak, trial.Scratchpad.Peak);
            Assert.Equal(made.Scratchpad.Live, trial.Scratchpad.Live);
            Assert.Equal(made.Dram.Segments, trial.Dram.Segments);
            Assert.Equal(made.Residents, trial.Residents);
        }
    }
}
