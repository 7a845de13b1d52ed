using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Execution;
using Accel.Compiler.Tests.Quantization;
using Accel.Rtl.Chip;

namespace Accel.Rtl.Tests.Chip;

/// <summary>Where a sequence ends, and that nothing of it is left when the next begins.</summary>
public sealed class SequenceTests
{
    private const int Context = 10;
    private static readonly SamplingSettings _sampled = SamplingSettings.Of(1.5, 3);

    [SkippableFact]
    public void A_sequence_leaves_nothing_behind_for_the_next()
    {
        var graph = RandomChipTests.Recurrent();
        int[][] prompts = [[1, 2, 3], [39], [7, 7, 7, 7], [1, 2, 3]];

        var sequences = Bench(graph, "forgets").Sequences(prompts, 4, null, _sampled);

        Assert.Equal(prompts.Select(prompt => Expected(graph, prompt, 4)), sequences);
    }

    [SkippableFact]
    public void A_full_context_ends_the_sequence()
    {
        var graph = RandomChipTests.Recurrent();

        var sequences = Bench(graph, "full").Sequences([[5, 6, 7], [8]], 100, null, _sampled);

        Assert.Equal([Expected(graph, [5, 6, 7], Context - 2), Expected(graph, [8], Context)], sequences);
    }

    [SkippableFact]
    public void A_prompt_beyond_the_context_is_cut_and_its_rest_dropped()
    {
        var graph = RandomChipTests.Recurrent();
        int[] longPrompt = [.. Enumerable.Range(3, Context + 5)];

        var sequences = Bench(graph, "cut").Sequences([longPrompt, [9, 1]], 3, null, _sampled);

        Assert.Equal([Expected(graph, longPrompt[..Context], 1), Expected(graph, [9, 1], 3)], sequences);
    }

    [SkippableFact]
    public void A_stop_token_ends_the_sequence_and_is_sent()
    {
        var graph = RandomChipTests.Recurrent();
        var text = Expected(graph, [4, 2], 8);
        var stop = text[3];

        var sequences = Bench(graph, "stop").Sequences([[4, 2]], 8, stop, _sampled);

        Assert.Equal([text[..(Array.IndexOf(text, stop) + 1)]], sequences);
    }

    [SkippableFact]
    public void A_token_beyond_the_vocabulary_is_taken_as_0()
    {
        var graph = RandomChipTests.Recurrent();

        var sequences = Bench(graph, "beyond").Sequences([[RandomModel.Vocabulary, 65_535, 3]], 3, null, _sampled);

        Assert.Equal([Expected(graph, [0, 0, 3], 3)], sequences);
    }

    private static ChipBench Bench(QuantizedGraph graph, string name) =>
        ChipBench.Icarus(graph, ChipGenerator.Generate(graph, new ChipOptions { ContextLength = Context, Lanes = 8 }), Tool.Folder($"sequence_{name}"));

    private static int[] Expected(QuantizedGraph graph, int[] prompt, int count) => new TokenGenerator(graph, Context).Continue(prompt, count, _sampled);
}
