using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Quantization.Execution;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;
using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Compiler.Tests.Quantization;

public sealed class InterpreterTests
{
    private const int Length = 24;

    private static readonly QuantizationOptions _wide = new() { ActivationBits = 16, QueryBits = 16, KeyBits = 16, CachedValueBits = 16, ValueBits = 32 };

    private static readonly QuantizationOptions[] _variants =
    [
        QuantizationOptions.Int8,
        QuantizationOptions.Int8 with { KeyBits = 8, ResidualBits = 16 },
        QuantizationOptions.Int8 with { FuseNorms = false },
        QuantizationOptions.Int8 with { FoldNormWeights = true },
        QuantizationOptions.Int4,
        QuantizationOptions.Ternary,
        _wide,
    ];

    [Fact]
    public void Logits_follow_the_float_model()
    {
        var seen = new HashSet<Type>();
        SeededProperty.Holds(
            Gen.Choose(0, 100_000),
            seed =>
            {
                var (model, tokens, graph) = Make(seed, QuantizationOptions.Int8);
                seen.UnionWith(graph.Ops.Select(op => op.GetType()));
                seen.UnionWith(Quantizer.QuantizeShape(model.Graph, QuantizationOptions.Int8 with { FuseNorms = false }).Ops.Select(op => op.GetType()));
                Assert.InRange(RelativeError(model, model.Weights, tokens, graph), 0, 0.15);
            },
            runs: 60);

        // The draws reach every op, so that agreement speaks for all of them.
        var all = typeof(QuantizedOp).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(QuantizedOp)));
        Assert.Equal(all.OrderBy(type => type.Name), seen.OrderBy(type => type.Name));
    }

    /// <summary>The float model with the very weights that the codes stand for: what is left is the arithmetic of the activations.</summary>
    [Fact]
    public void With_wide_formats_only_the_rounding_of_weights_tells_the_models_apart()
    {
        var errors = new List<double>();
        SeededProperty.Holds(
            Gen.Choose(0, 100_000),
            seed =>
            {
                var (model, tokens, graph) = Make(seed, _wide);
                errors.Add(RelativeError(model, model.Decoded(graph), tokens, graph));
                Assert.InRange(errors[^1], 0, 1e-2);
            },
            runs: 100);
        Assert.InRange(errors.Order().ElementAt(errors.Count / 2), 0, 1e-3);
    }

    [Fact]
    public void Prefill_equals_decode_for_every_split_into_steps() => SeededProperty.Holds(
        Gen.Choose(0, 100_000),
        seed =>
        {
            var (_, tokens, graph) = Make(seed, _variants[seed % _variants.Length]);
            var whole = new Interpreter(graph, new InterpreterOptions(Length, Length));
            whole.Step(tokens);
            var parts = new Interpreter(graph, new InterpreterOptions(Length, Length));
            var random = new Random(seed);
            for (var start = 0; start < Length;)
            {
                var count = random.Next(1, Math.Min(5, Length - start) + 1);
                parts.Step(tokens.AsSpan(start, count));
                foreach (var lanes in graph.Values.OfType<LaneValue>())
                {
                    Assert.True(parts.Lanes(lanes).SequenceEqual(whole.Lanes(lanes).Slice(start * lanes.Width, count * lanes.Width)), lanes.Name);
                }

                start += count;
            }

            foreach (var state in graph.States)
            {
                Assert.True(parts.StateLanes(state).SequenceEqual(whole.StateLanes(state)), state.Name);
            }

            foreach (var cache in graph.States.OfType<CacheState>())
            {
                Assert.True(parts.StateCodes(cache).SequenceEqual(whole.StateCodes(cache)), cache.Name);
            }
        },
        runs: 60);

    [Fact]
    public void The_tile_of_keys_changes_no_bit() => SeededProperty.Holds(
        Gen.Choose(0, 100_000),
        seed =>
        {
            var (_, tokens, graph) = Make(seed, _variants[seed % _variants.Length]);
            var whole = new Interpreter(graph, new InterpreterOptions(Length, Length));
            whole.Step(tokens);
            foreach (var tile in new[] { 1, 2, 5, 16 })
            {
                var tiled = new Interpreter(graph, new InterpreterOptions(Length, Length, tile));
                tiled.Step(tokens);
                Assert.All(graph.Values.OfType<LaneValue>(), lanes => Assert.True(tiled.Lanes(lanes).SequenceEqual(whole.Lanes(lanes)), lanes.Name));
            }
        },
        runs: 40);

    [Fact]
    public void Codes_times_scale_give_back_the_lanes()
    {
        var (_, tokens, graph) = Make(5, QuantizationOptions.Int8);
        var interpreter = new Interpreter(graph, new InterpreterOptions(Length, Length));
        interpreter.Step(tokens);
        var plain = graph.Ops.OfType<QuantizeRows>().Where(op => op.Norm is null).ToList();
        Assert.NotEmpty(plain);
        foreach (var op in plain)
        {
            for (var t = 0; t < Length; t++)
            {
                var lanes = interpreter.Lanes(op.Input).Slice(t * op.Input.Width, op.Input.Width);
                var scale = Math.ScaleB(interpreter.Scales(op.Output)[t], -op.Output.ScaleFraction);
                for (var i = 0; i < lanes.Length; i++)
                {
                    var coded = interpreter.Codes(op.Output)[(t * lanes.Length) + i] * scale;
                    Assert.InRange(coded - op.Input.Format.ToReal(lanes[i]), -0.503 * scale, 0.503 * scale);
                }
            }
        }
    }

    [Fact]
    public void A_fused_norm_gives_what_the_formula_says()
    {
        var (_, tokens, graph) = Make(11, QuantizationOptions.Int8 with { ActivationBits = 16 });
        var interpreter = new Interpreter(graph, new InterpreterOptions(Length, Length));
        interpreter.Step(tokens);
        foreach (var op in graph.Ops.OfType<QuantizeRows>().Where(op => op.Norm is not null))
        {
            var weight = op.Norm!.Weight!.Values;
            var factor = op.ScaleMantissa / Math.Sqrt(op.Input.Width);
            for (var t = 0; t < Length; t++)
            {
                var x = interpreter.Lanes(op.Input).Slice(t * op.Input.Width, op.Input.Width).ToArray().Select(q => op.Input.Format.ToReal(q)).ToArray();
                var rms = Math.Sqrt(x.Average(v => v * v) + 1e-5);
                var scale = Math.ScaleB(interpreter.Scales(op.Output)[t], -op.Output.ScaleFraction);
                var coded = Enumerable.Range(0, x.Length).Select(i => interpreter.Codes(op.Output)[(t * x.Length) + i] * scale).ToArray();
                var exact = Enumerable.Range(0, x.Length).Select(i => x[i] / rms * weight[i]).ToArray();
                // The weights carry a common power of two that the scale takes back.
                var ratio = coded.Zip(exact, (c, e) => c * e).Sum() / exact.Sum(e => e * e);
                Assert.InRange(ratio / Math.ScaleB(1, Math.ILogB(ratio * 1.0001)), 0.9998, 1.0002);
                Assert.All(coded.Zip(exact), pair => Assert.InRange(pair.First - (ratio * pair.Second), -0.002 * ratio * 32768, 0.002 * ratio * 32768));
            }

            Assert.True(factor > 0);
        }
    }

    [Fact]
    public void One_changed_code_changes_the_logits()
    {
        var (_, tokens, graph) = Make(3, QuantizationOptions.Int8);
        var interpreter = new Interpreter(graph, new InterpreterOptions(Length, Length));
        interpreter.Step(tokens);
        var before = interpreter.Lanes(graph.Logits).ToArray();
        var head = graph.Ops.OfType<QuantizedLinear>().Last().Weight;
        head.Data.Codes[head.Columns + 1] ^= 16;
        interpreter.Reset();
        interpreter.Step(tokens);
        Assert.False(interpreter.Lanes(graph.Logits).SequenceEqual(before));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-6f)]
    [InlineData(1000f)]
    public void Rows_of_nothing_and_of_extremes_are_normed(float magnitude)
    {
        var builder = new GraphBuilder("rows");
        var tokens = builder.Input("tokens", TensorType.I32(Dim.Tokens));
        var x = builder.Add("embedding", new Embedding(), tokens, builder.Parameter("table", 2, 4));
        var normed = builder.Add("norm", new RmsNorm(1e-5), x, builder.Parameter("norm.weight", 4));
        builder.Output("logits", builder.Add("logits", new Linear(), normed, builder.Parameter("head", 1, 4)));
        var graph = builder.Build();
        var weights = WeightSet.Bind(graph, "rows", parameter => (parameter.Name switch
        {
            "table" => StoredTensor.FromFloats("table", [2, 4], [magnitude, 0, 0, -magnitude, 0, 0, 0, 0]),
            "head" => StoredTensor.FromFloats("head", [1, 4], [1, 1, 1, 0]),
            _ => StoredTensor.FromFloats("norm.weight", [4], [1, 1, 1, 1]),
        }, parameter.Name));
        var profile = new CalibrationProfile(new Dictionary<string, ValueStatistics>
        {
            ["embedding"] = new(Math.Max(1, magnitude)),
            ["logits"] = new(2),
        });
        var quantized = Quantizer.Quantize(graph, weights, profile, QuantizationOptions.Int8);
        var interpreter = new Interpreter(quantized, new InterpreterOptions(2));
        interpreter.Step([0, 1]);
        var expected = magnitude / Math.Sqrt((magnitude * magnitude / 2) + 1e-5);
        Assert.InRange(quantized.Logits.Format.ToReal(interpreter.Lanes(quantized.Logits)[0]) - expected, (-6e-3 * expected) - 1e-6, (6e-3 * expected) + 1e-6);
        Assert.Equal(0, interpreter.Lanes(quantized.Logits)[1]);
    }

    [Fact]
    public void Dot_products_are_exact_at_any_length_and_at_the_extremes()
    {
        var random = new Random(4);
        foreach (var length in new[] { 0, 1, 15, 16, 17, 2047, 2048, 2049, 9000 })
        {
            foreach (var isExtreme in new[] { false, true })
            {
                var codes = Enumerable.Range(0, length).Select(_ => isExtreme ? short.MaxValue : (short)random.Next(-32767, 32768)).ToArray();
                var weights = Enumerable.Range(0, length).Select(_ => isExtreme ? sbyte.MaxValue : (sbyte)random.Next(-127, 128)).ToArray();
                Assert.Equal(codes.Zip(weights, (c, w) => (long)c * w).Sum(), IntegerDot.Of(codes, weights));
                Assert.Equal(codes.Sum(c => (long)c * c), IntegerDot.Of(codes, codes));
            }
        }
    }

    [Fact]
    public void Reset_forgets_everything()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var (_, tokens, graph) = Make(seed, QuantizationOptions.Int8);
            var interpreter = new Interpreter(graph, new InterpreterOptions(Length, Length));
            interpreter.Step(tokens);
            var first = interpreter.Lanes(graph.Logits).ToArray();
            interpreter.Reset();
            interpreter.Step(tokens);
            Assert.True(interpreter.Lanes(graph.Logits).SequenceEqual(first));
        }
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var (_, tokens, graph) = Make(seed, QuantizationOptions.Int8);
            var interpreter = new Interpreter(graph, new InterpreterOptions(Length, Length));
            void Prepare()
            {
                interpreter.Reset();
                interpreter.Step(tokens.AsSpan(0, 4));
                interpreter.Step(tokens.AsSpan(4, 4));
            }

            Assert.Equal(0, Allocations.Least(Prepare, () => interpreter.Step(tokens.AsSpan(8, 4))));
        }
    }

    [Fact]
    public void Tokens_beyond_the_vocabulary_and_the_context_are_refused()
    {
        // Seed 1 has a full cache, whose capacity binds.
        var graph = Enumerable.Range(0, 50).Select(seed => Make(seed, QuantizationOptions.Int8).Graph).First(g => g.States.OfType<CacheState>().Any(s => s.Slots == 0));
        var interpreter = new Interpreter(graph, new InterpreterOptions(4, 8));
        Assert.Contains("an id below 40", Assert.Throws<InputException>(() => interpreter.Step([40])).Message);
        Assert.Contains("at most 4 tokens", Assert.Throws<InputException>(() => interpreter.Step([1, 2, 3, 4, 5])).Message);
    }

    internal static (RandomModel Model, int[] Tokens, QuantizedGraph Graph) Make(int seed, QuantizationOptions options)
    {
        var model = new RandomModel(seed);
        var tokens = model.Tokens(Length);
        return (model, tokens, Quantize(model, tokens, options));
    }

    private static QuantizedGraph Quantize(RandomModel model, int[] tokens, QuantizationOptions options)
    {
        var collector = new CalibrationCollector(model.Graph);
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(Length)) { Observer = collector.Observe };
        session.Forward(tokens, new float[Length * RandomModel.Vocabulary]);
        return Quantizer.Quantize(model.Graph, model.Weights, collector.Build(), options);
    }

    private static double RelativeError(RandomModel model, WeightSet weights, int[] tokens, QuantizedGraph graph)
    {
        using var session = new Session(model.Graph, weights, new SessionOptions(Length));
        var exact = new float[Length * RandomModel.Vocabulary];
        session.Forward(tokens, exact);
        var interpreter = new Interpreter(graph, new InterpreterOptions(Length, Length));
        interpreter.Step(tokens);
        var lanes = interpreter.Lanes(graph.Logits).ToArray();
        return Math.Sqrt(exact.Zip(lanes, (e, q) => Math.Pow(graph.Logits.Format.ToReal(q) - e, 2)).Sum() / exact.Sum(e => (double)e * e));
    }
}
