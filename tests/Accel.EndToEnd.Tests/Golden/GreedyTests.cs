using System.Numerics.Tensors;
using Accel.Models;
using Accel.Runtime;

namespace Accel.EndToEnd.Tests.Golden;

public sealed class GreedyTests
{
    [SkippableTheory]
    [InlineData("stories260k/stories260K.bin")]
    [InlineData("stories260k/stories260K.f32.gguf")]
    [InlineData("stories260k/hf")]
    public void Stories_greedy_text_equals_the_reference(string path) =>
        Assert.Equal(
            Checkpoints.Tokens("stories260k/greedy200.txt"),
            Greedy(Checkpoints.Load(path), Checkpoints.Tokens("stories260k/tokens64.txt")[..8]));

    [SkippableFact]
    public void Bundled_model_greedy_text_equals_the_float64_reference()
    {
        var model = ModelLoader.Load(ModelLoader.DefaultName);
        Assert.Equal(Checkpoints.Tokens("shakespeare-hybrid/greedy200.txt"), Greedy(model, model.Tokenizer.Encode("ROMEO:\n", addBegin: false)));
    }

    private static int[] Greedy(Model model, int[] prompt)
    {
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(prompt.Length + 200));
        var tokens = new int[200];
        tokens[0] = TensorPrimitives.IndexOfMax(session.Prefill(prompt));
        for (var i = 1; i < tokens.Length; i++)
        {
            tokens[i] = TensorPrimitives.IndexOfMax(session.Decode(tokens[i - 1]));
        }

        return tokens;
    }
}
