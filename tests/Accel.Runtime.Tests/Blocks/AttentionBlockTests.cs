using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>Attention blocks of published models, built from ops, against float64 written for reading.</summary>
public class AttentionBlockTests
{
    private const int Tokens = 23;
    private const int Width = 8;

    private readonly Block _b = new();
    private readonly Randoms _random = new(7);

    [Theory]
    [InlineData(5, new[] { Tokens })]
    [InlineData(5, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(5, new[] { 7, 1, 5, 10 })]
    [InlineData(1, new[] { 3, 20 })]
    [InlineData(22, new[] { 11, 12 })]
    public void Sliding_window_past_its_window(int window, int[] steps)
    {
        var (q, k, v) = (_random.Rows(Tokens, 2 * Width), _random.Rows(Tokens, Width), _random.Rows(Tokens, 4));
        var y = _b.Attend(new() { Scale = 0.5, Window = window }, _b.Input(q, 2, Width), _b.Input(k, 1, Width), _b.Input(v, 1, 4));
        Near.Equal(Naive.Attend(q, k, v, 2, 1, Naive.Causal(0.5, window)), _b.Run(Flat(y), steps));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Layers_that_share_keys_and_values(int window)
    {
        var (q1, q2, k, v) = (_random.Rows(Tokens, 16), _random.Rows(Tokens, 16), _random.Rows(Tokens, 8), _random.Rows(Tokens, 8));
        var (keys, values) = (_b.Input(k, 2, 4), _b.Input(v, 2, 4));
        var op = new Attention { Scale = 0.5, Window = window };
        var caches = _b.Caches(op, keys, values);
        var owner = _b.Advance(op, [_b.Input(q1, 4, 4), keys, values, _b.Position, .. caches]);
        var reader = _b.Add(op with { Cache = CacheUse.Read }, [_b.Input(q2, 4, 4), keys, values, _b.Position, .. caches]);
        var score = Naive.Causal(0.5, window == 0 ? int.MaxValue : window);
        var expected = Naive.Attend(q1, k, v, 4, 2, score).Zip(Naive.Attend(q2, k, v, 4, 2, score), Naive.Add).ToArray();
        Near.Equal(expected, _b.Run(Flat(_b.Plus(owner, reader)), 9, 1, 1, 12));
    }

    [Fact]
    public void Layers_that_share_a_latent_cache()
    {
        var (q1, q2, c) = (_random.Rows(Tokens, 12), _random.Rows(Tokens, 12), _random.Rows(Tokens, 6));
        var latent = _b.Input(c, 1, 6);
        var op = new Attention { Scale = 0.5, SharedKeyValue = 4 };
        var cache = _b.Caches(op, latent)[0];
        var owner = _b.Advance(op, _b.Input(q1, 2, 6), latent, _b.Position, cache);
        var reader = _b.Add(op with { Cache = CacheUse.Read }, _b.Input(q2, 2, 6), latent, _b.Position, cache);
        double[][] Expected(double[][] q) => Naive.Attend(q, c, [.. c.Select(row => row[..4])], 2, 1, Naive.Causal(0.5));
        Near.Equal(Expected(q1).Zip(Expected(q2), Naive.Add).ToArray(), _b.Run(Flat(_b.Plus(owner, reader)), 9, 1, 13));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Linear_biases_by_distance(int heads)
    {
        var (q, k, v) = (_random.Rows(Tokens, heads * 4), _random.Rows(Tokens, heads * 4), _random.Rows(Tokens, heads * 4));
        var y = _b.Attend(new() { Scale = 0.5, AlibiMaxBias = 8 }, _b.Input(q, heads, 4), _b.Input(k, heads, 4), _b.Input(v, heads, 4));
        // 4 heads: 2^(-8/4 (i + 1)); the fifth and sixth of 6 take the first and third slope of 8.
        double[] slopes = [Math.Pow(2, -2), Math.Pow(2, -4), Math.Pow(2, -6), Math.Pow(2, -8), Math.Pow(2, -1), Math.Pow(2, -3)];
        Near.Equal(
            Naive.Attend(q, k, v, heads, heads, (head, i, j, dot) => j <= i ? (0.5 * dot) - (slopes[head] * (i - j)) : double.NegativeInfinity),
            _b.Run(Flat(y), 20, 1, 2));
    }

    [Fact]
    public void T5_decoder_layer_with_relative_bias_and_cross_attention()
    {
        const int Heads = 2, Buckets = 8, Farthest = 16;
        var (x, source) = (_random.Rows(Tokens, Width), _random.Rows(5, Width));
        var w = Enumerable.Range(0, 10).Select(_ => _random.Rows(Width, Width, 0.5)).ToArray();
        var (norm, table) = (_random.Vector(Width), _random.Rows(Buckets, Heads));
        Value Project(Value from, int i) => _b.Add(new Reshape(Heads, 4), _b.Add(new Linear(), from, _b.Weight(w[i])));
        Value Normed(Value from) => _b.Add(new RmsNorm(1e-6), from, _b.Weight(norm));

        var h = _b.Input(x);
        var self = new Attention { Scale = 1, RelativeBuckets = Buckets, RelativeMaxDistance = Farthest };
        var n = Normed(h);
        h = _b.Plus(h, _b.Add(new Linear(), Flat(_b.Attend(self, Project(n, 0), Project(n, 1), Project(n, 2), _b.Weight(table))), _b.Weight(w[3])));
        var encoded = _b.Weight(source);
        var cross = new Attention { Scale = 1, Cache = CacheUse.None, Causal = false };
        h = _b.Plus(h, _b.Add(new Linear(), Flat(_b.Add(cross, Project(Normed(h), 4), Project(encoded, 5), Project(encoded, 6), _b.Position)), _b.Weight(w[7])));
        var y = _b.Plus(h, _b.Add(new Linear(), _b.Unary(UnaryFunction.Relu, _b.Add(new Linear(), Normed(h), _b.Weight(w[8]))), _b.Weight(w[9])));

        double Bias(int head, int i, int j) => table[Bucket(i - j)][head];
        double[][] Norms(double[][] rows) => [.. rows.Select(row => Naive.RmsNorm(row, norm, 1e-6))];
        var e = Norms(x);
        e = Naive.Attend(Naive.Linear(w[0], e), Naive.Linear(w[1], e), Naive.Linear(w[2], e), Heads, Heads, (head, i, j, dot) => j <= i ? dot + Bias(head, i, j) : double.NegativeInfinity);
        var expected = x.Zip(Naive.Linear(w[3], e), Naive.Add).ToArray();
        e = Naive.Attend(Naive.Linear(w[4], Norms(expected)), Naive.Linear(w[5], source), Naive.Linear(w[6], source), Heads, Heads, (_, _, _, dot) => dot);
        expected = [.. expected.Zip(Naive.Linear(w[7], e), Naive.Add)];
        e = [.. Naive.Linear(w[8], Norms(expected)).Select(row => Naive.Map(row, v => Math.Max(v, 0)))];
        Near.Equal([.. expected.Zip(Naive.Linear(w[9], e), Naive.Add)], _b.Run(y, 4, 1, 18));

        // Of 8 causal buckets distances 0..3 have one each; 4..16 share four by logarithm: 4 4 4 5 .. by 4 * 4^(k/4).
        static int Bucket(int distance) => distance < 4 ? distance : distance < 5.66 ? 4 : distance < 8 ? 5 : distance < 11.31 ? 6 : 7;
    }

    [Fact]
    public void Gemma_2_layer_with_soft_caps_and_sandwich_norms()
    {
        var x = _random.Rows(Tokens, Width, 2);
        var w = Enumerable.Range(0, 7).Select(_ => _random.Rows(Width, Width)).ToArray();
        var norms = _random.Rows(4, Width);
        Value Normed(Value from, int i) => _b.Add(new RmsNorm(1e-6, UnitOffset: true), from, _b.Weight(norms[i]));
        Value Linear(Value from, int i) => _b.Add(new Linear(), from, _b.Weight(w[i]));
        Value Heads(Value from) => _b.Add(new Reshape(2, 4), from);

        var h = _b.Input(x);
        var n = Normed(h, 0);
        var a = _b.Attend(new() { Scale = 0.25, SoftCap = 5, Window = 6 }, Heads(Linear(n, 0)), Heads(Linear(n, 1)), Heads(Linear(n, 2)));
        h = _b.Plus(h, Normed(Linear(Flat(a), 3), 1));
        n = Normed(h, 2);
        h = _b.Plus(h, Normed(Linear(_b.Times(_b.Unary(UnaryFunction.GeluTanh, Linear(n, 4)), Linear(n, 5)), 6), 3));
        var y = _b.Add(new SoftCap(3), h);

        double[][] Norms(double[][] rows, int i) => [.. rows.Select(row => Naive.RmsNorm(row, Naive.Map(norms[i], v => 1 + v), 1e-6))];
        var e = Norms(x, 0);
        e = Naive.Attend(
            Naive.Linear(w[0], e), Naive.Linear(w[1], e), Naive.Linear(w[2], e), 2, 2, (_, i, j, dot) => j <= i && i - j < 6 ? Naive.SoftCap(0.25 * dot, 5) : double.NegativeInfinity);
        var expected = x.Zip(Norms(Naive.Linear(w[3], e), 1), Naive.Add).ToArray();
        e = Norms(expected, 2);
        e = [.. Naive.Linear(w[4], e).Select(row => Naive.Map(row, Naive.GeluTanh)).Zip(Naive.Linear(w[5], e), Naive.Multiply)];
        expected = [.. expected.Zip(Norms(Naive.Linear(w[6], e), 3), Naive.Add)];
        Near.Equal([.. expected.Select(row => Naive.Map(row, v => Naive.SoftCap(v, 3)))], _b.Run(y, 8, 1, 1, 13));
    }

    [Theory]
    [InlineData(RopeLayout.Half)]
    [InlineData(RopeLayout.Interleaved)]
    public void Partial_rotary_leaves_the_rest_of_each_head(RopeLayout layout)
    {
        var x = _random.Rows(Tokens, 2 * Width);
        var y = _b.Add(new Rope(layout, RopeFrequencies.Default(100, 4)), _b.Input(x, 2, Width), _b.Position);
        var expected = x.Select((row, position) => row.Select((value, at) =>
        {
            var (head, i) = (at / Width * Width, at % Width);
            var (pair, isSecond) = layout == RopeLayout.Half ? (i % 2, i >= 2) : (i / 2, i % 2 == 1);
            var partner = head + (layout == RopeLayout.Half ? (i + 2) % 4 : i ^ 1);
            var angle = position * Math.Pow(100, -pair / 2.0);
            return i >= 4 ? value : (value * Math.Cos(angle)) + ((isSecond ? 1 : -1) * row[partner] * Math.Sin(angle));
        }).ToArray()).ToArray();
        Near.Equal(expected, _b.Run(Flat(y), 6, 17));
    }

    [Fact]
    public void Output_gate_and_query_key_norms_of_Qwen3_Next()
    {
        var (x, wq, wk, wv, norm) = (_random.Rows(Tokens, Width), _random.Rows(16, Width), _random.Rows(4, Width), _random.Rows(4, Width), _random.Vector(4));
        Value Normed(Value from) => _b.Add(new RmsNorm(1e-6, UnitOffset: true), from, _b.Weight(norm));
        var h = _b.Input(x);
        var pieces = _b.Split(_b.Add(new Reshape(2, 8), _b.Add(new Linear(), h, _b.Weight(wq))), 4, 4);
        Value Head(double[][] w) => _b.Add(new Reshape(1, 4), _b.Add(new Linear(), h, _b.Weight(w)));
        var o = _b.Attend(new() { Scale = 0.5 }, Normed(pieces[0]), Normed(Head(wk)), Head(wv));
        var y = _b.Times(o, _b.Unary(UnaryFunction.Sigmoid, pieces[1]));

        var all = Naive.Linear(wq, x);
        var gain = Naive.Map(norm, v => 1 + v);
        double[][] q = [.. all.Select(row => new[] { row[..4], row[8..12] }.SelectMany(head => Naive.RmsNorm(head, gain, 1e-6)).ToArray())];
        double[][] gate = [.. all.Select(row => Naive.Map([.. row[4..8], .. row[12..16]], Naive.Sigmoid))];
        double[][] k = [.. Naive.Linear(wk, x).Select(row => Naive.RmsNorm(row, gain, 1e-6))];
        var expected = Naive.Attend(q, k, Naive.Linear(wv, x), 2, 1, Naive.Causal(0.5)).Zip(gate, Naive.Multiply);
        Near.Equal([.. expected], _b.Run(Flat(y), 11, 1, 11));
    }

    [Fact]
    public void Learned_positions_of_GPT_2()
    {
        var (x, positions) = (_random.Rows(Tokens, Width), _random.Rows(Tokens, Width));
        var at = _b.Add(new Positions(), _b.Tokens, _b.Position);
        var y = _b.Plus(_b.Input(x), _b.Add(new Embedding(), at, _b.Weight(positions)));
        Near.Equal([.. x.Zip(positions, Naive.Add)], _b.Run(y, 3, 1, 19));
    }

    /// <summary>Heads side by side, <c>[T, H h]</c>.</summary>
    private Value Flat(Value heads) => _b.Add(new Reshape(heads.Type.Shape.Dims[1].Value * heads.Type.Shape.Last.Value), heads);
}
