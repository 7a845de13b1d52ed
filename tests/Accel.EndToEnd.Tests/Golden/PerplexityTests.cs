using Accel.Core.Formats;
using Accel.Graph;
using Accel.Models;
using Accel.Runtime;
using Accel.Runtime.Generation;

namespace Accel.EndToEnd.Tests.Golden;

public sealed class PerplexityTests
{
    [SkippableTheory]
    [InlineData("stories260k/stories260Kpad.Q8_0.gguf")]
    [InlineData("stories260k/stories260Kpad.Q4_0.gguf")]
    [InlineData("stories260k/stories260K.F16.gguf")]
    public void Stored_weights_predict_as_well_as_their_decoded_copies(string path)
    {
        var model = Checkpoints.Load(path);
        var text = Sampled(Checkpoints.Load("stories260k/stories260K.bin"), 512);
        var decoded = WeightSet.Bind(model.Graph, path, parameter =>
        {
            var stored = model.Weights[parameter];
            return (StoredTensor.FromFloats(stored.Name, stored.Shape, stored.ToFloats()), stored.Name);
        });
        var expected = Measure(model.Graph, decoded, text, 256);
        Assert.InRange(Measure(model.Graph, model.Weights, text, 256) / expected, 0.997, 1.003);
    }

    [Fact]
    public void Bundled_model_reaches_its_published_perplexity()
    {
        // 14.7411 over 59,392 tokens in windows of 256, evaluated in float64 when the model was trained.
        var model = ModelLoader.Load(ModelLoader.DefaultName);
        var text = File.ReadAllText(Path.Combine(model.Path, "validation.txt"));
        var tokens = model.Tokenizer.Encode(text, addBegin: false);
        Assert.Equal(14.7411, Measure(model.Graph, model.Weights, tokens, 256), 4);
    }

    private static double Measure(ModelGraph graph, WeightSet weights, int[] tokens, int context)
    {
        using var session = new Session(graph, weights, new SessionOptions(context));
        return Perplexity.Measure(session, tokens, context).Value;
    }

    /// <summary>Text that a model writes at temperature 1 from its begin token, with a fixed seed.</summary>
    private static int[] Sampled(Model model, int count)
    {
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(count));
        var sampler = new Sampler(new SamplerOptions(Temperature: 1, Seed: 7));
        var tokens = new int[count];
        tokens[0] = 1;
        for (var i = 1; i < count; i++)
        {
            tokens[i] = sampler.Sample(session.Decode(tokens[i - 1]));
        }

        return tokens;
    }
}
