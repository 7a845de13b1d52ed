using System.Numerics.Tensors;
using Accel.Core.Formats;
using Accel.Models;
using Accel.Runtime;

namespace Accel.Benchmarks;

/// <summary>The reference runtime on one core: tokens per CPU second of small models, bandwidth and peak shares of a large one.</summary>
internal static class RuntimeBenchmark
{
    private const int Tokens = 256;

    public static void Run()
    {
        foreach (var path in new[] { "../shared/models/stories260k/stories260K.bin", "../shared/models/stories260k/stories260Kpad.Q8_0.gguf", "shakespeare-hybrid" })
        {
            if (path[0] != '.' || File.Exists(path))
            {
                Small(ModelLoader.Load(path));
            }
            else
            {
                Console.WriteLine($"{path}: not there, not measured");
            }
        }

        var bandwidth = Machine.StreamingReadBandwidth();
        var peak = Machine.PeakFlops();
        Console.WriteLine($"streaming read {bandwidth / 1e9:0.0} GB/s, float32 peak {peak / 1e9:0.0} GFLOP/s");
        foreach (var format in new[] { StorageFormats.F32, StorageFormats.Q8_0 })
        {
            Large(format, bandwidth, peak);
        }
    }

    /// <summary>Greedy decode of 256 tokens from an empty state, and a prefill of as many.</summary>
    private static void Small(Model model)
    {
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(Tokens + 1));
        var decode = Machine.BestCpuSeconds(
            () =>
            {
                for (var run = 0; run < 16; run++)
                {
                    session.Reset();
                    var token = 1;
                    for (var i = 0; i < Tokens; i++)
                    {
                        token = TensorPrimitives.IndexOfMax(session.Decode(token));
                    }
                }
            },
            budget: 3);
        var prompt = Enumerable.Range(0, Tokens).Select(i => i % 256).ToArray();
        var prefill = Machine.BestCpuSeconds(
            () =>
            {
                for (var run = 0; run < 16; run++)
                {
                    session.Reset();
                    session.Prefill(prompt);
                }
            },
            budget: 1);
        Console.WriteLine($"{model.Name}: decode {16 * Tokens / decode:N0} tokens/s, prefill {16 * Tokens / prefill:N0} tokens/s");
    }

    private static void Large(StorageFormat format, double bandwidth, double peak)
    {
        var model = ModelLoader.Load(Path.Combine(AppContext.BaseDirectory, "llama-500m.json"));
        var weights = RandomWeights.For(model.Graph, format);
        var weightBytes = model.Graph.Parameters.Sum(parameter => weights[parameter].ByteLength);
        var parameters = model.Graph.Parameters.Sum(parameter => parameter.Type.Shape.Elements);
        using var session = new Session(model.Graph, weights, new SessionOptions(512));
        session.Prefill([1, 2, 3]);
        var decode = Machine.BestCpuSeconds(() => session.Decode(4), budget: 4);
        Console.WriteLine($"{model.Name} {format}: {parameters / 1e6:0} M parameters, decode {1 / decode:0.0} tokens/s, {weightBytes / decode / 1e9:0.0} GB/s, {weightBytes / decode / bandwidth:P0} of streaming read");
        var prompt = Enumerable.Range(0, 256).ToArray();
        var prefill = Machine.BestCpuSeconds(
            () =>
            {
                session.Reset();
                session.Prefill(prompt);
            },
            budget: 3);
        var macs = Graph.Analysis.StepCost.Of(model.Graph, new Graph.StepShape(256, 0, 512), _ => 0, _ => 0).Macs;
        Console.WriteLine($"{model.Name} {format}: prefill of 256 {256 / prefill:N0} tokens/s, {2 * macs / prefill / 1e9:0.0} GFLOP/s, {2 * macs / prefill / peak:P0} of peak");
    }
}
