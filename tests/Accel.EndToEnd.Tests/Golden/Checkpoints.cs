using Accel.Models;
using Accel.Runtime;
using Accel.Tests.Shared;

namespace Accel.EndToEnd.Tests.Golden;

/// <summary>The checkpoints with expected values, and how to run them.</summary>
internal static class Checkpoints
{
    /// <summary>Model and expected logits, under <c>../shared/models</c>, and the tokens they belong to.</summary>
    public static TheoryData<string, string, string> WithLogits => new()
    {
        { "shakespeare-hybrid", "shakespeare-hybrid/tokens128.txt", "shakespeare-hybrid/logits.f64.bin" },
        { "stories260k/stories260K.bin", "stories260k/tokens64.txt", "stories260k/logits.f64.bin" },
        { "stories260k/stories260K.f32.gguf", "stories260k/tokens64.txt", "stories260k/logits.f64.bin" },
        { "stories260k/hf", "stories260k/tokens64.txt", "stories260k/logits.f64.bin" },
        { "tiny-random/tiny-lfm2-swa16.f32.gguf", "stories260k/tokens64.txt", "tiny-random/tiny-lfm2-swa16.logits.f64.bin" },
        { "tiny-random/tiny-mamba.f32.gguf", "stories260k/tokens64.txt", "tiny-random/tiny-mamba.logits.f64.bin" },
    };

    public static Model Load(string path) => ModelLoader.Load(SharedData.Path(["models", .. path.Split('/')]));

    public static int[] Tokens(string path) =>
        [.. File.ReadAllText(SharedData.Path(["models", .. path.Split('/')])).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    /// <summary>Logits after each token, in steps of at most <paramref name="chunk"/> tokens.</summary>
    public static float[] Logits(Model model, int[] tokens, int chunk = 256, int threads = 1)
    {
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(tokens.Length, threads, chunk) { LeastShared = 0 });
        var logits = new float[tokens.Length * session.VocabularySize];
        session.Forward(tokens, logits);
        return logits;
    }
}
