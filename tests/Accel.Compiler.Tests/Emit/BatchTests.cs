using Accel.Compiler.Quantization;
using Accel.Hardware;
using Accel.Isa.Commands;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Several sequences in one step: each gets what it would get alone, and weights move once.</summary>
public sealed class BatchTests
{
    [Theory]
    [InlineData("edge", 2)]
    [InlineData("edge", 4)]
    [InlineData("mid", 3)]
    [InlineData("big", 4)]
    public void Sequences_of_the_bundled_model_are_told_apart(string machine, int sequences)
    {
        var (graph, text) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        Check(graph, text, machine, sequences);
    }

    [SkippableTheory]
    [InlineData("edge", 2)]
    [InlineData("mid", 4)]
    [InlineData("big", 3)]
    public void Sequences_of_a_Llama_are_told_apart(string machine, int sequences)
    {
        var (graph, text) = TrainedModels.Stories(QuantizationOptions.Int4);
        Check(graph, text, machine, sequences);
    }

    [Theory]
    [InlineData("edge")]
    [InlineData("mid")]
    [InlineData("big")]
    public void A_step_of_a_batch_moves_the_weights_of_a_single_step(string machine)
    {
        var graph = Quantizer.QuantizeShape(Models.ModelLoader.Load("llama-3.2-1b").Graph, QuantizationOptions.Int8);
        var (_, report) = ModelCompiler.Compile(graph, HardwareConfigLoader.Load(Configs.Path(machine)), new CompilerOptions { ContextLength = 256, Sequences = 4, Taps = false });
        var (single, batch) = (report.EntryPoints[1], report.EntryPoints[2]);
        foreach (var (one, four) in single.Operators.Zip(batch.Operators))
        {
            // Rows that belong to tokens grow with them: of the embedding's table; of the rotation, of which one token fetches a whole stripe.
            if (one.Kind != "rope")
            {
                Assert.Equal((one.Kind == "embedding" ? 4 : 1) * one.Bytes[(int)TrafficClass.Weights], four.Bytes[(int)TrafficClass.Weights]);
            }

            Assert.Equal(4 * one.Bytes[(int)TrafficClass.Cache], four.Bytes[(int)TrafficClass.Cache]);
            Assert.True(four.Moved >= four.LowerBound, four.Name);
        }

        Assert.InRange((double)batch.Moved / batch.LowerBound, 1, 1.02);
    }

    private static void Check(QuantizedGraph graph, int[] text, string machine, int sequences)
    {
        var run = new Differential(graph, HardwareConfigLoader.Load(Configs.Path(machine)), new CompilerOptions { ContextLength = 96, PrefillTokens = 16, Sequences = sequences });
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            run.Sequence = sequence;
            run.Run(text.AsSpan(40 * sequence), 5 + (11 * sequence));
        }

        run.Sequence = 0;
        for (var step = 0; step < 6; step++)
        {
            run.RunBatch(text.AsSpan(200 + (step * sequences), sequences));
        }

        // Alone again, and the last ones together without the first.
        run.Run(text.AsSpan(100), 1, 3);
        run.Sequence = 1;
        run.RunBatch(text.AsSpan(300, sequences - 1));
    }
}
