using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>Layers whose weights serve more than once.</summary>
public class SharedLayerTests
{
    private const int Tokens = 9;
    private const int Width = 8;

    private readonly Block _b = new();
    private readonly Randoms _random = new(13);

    [Fact]
    public void Albert_applies_one_bidirectional_layer_again_and_again()
    {
        var (x, table) = (_random.Rows(Tokens, 4), _random.Rows(Width, 4));
        var w = Enumerable.Range(0, 6).Select(_ => _random.Rows(Width, Width)).ToArray();
        var (gain, bias) = (_random.Vector(Width), _random.Vector(Width));
        var shared = w.Select(_b.Weight).ToArray();
        var (g, c) = (_b.Weight(gain), _b.Weight(bias));
        Value Heads(Value from) => _b.Add(new Reshape(2, 4), from);
        Value Normed(Value from) => _b.Add(new LayerNorm(1e-12), from, g, c);

        var h = _b.Add(new Linear(), _b.Input(x), _b.Weight(table));
        var expected = Naive.Linear(table, x);
        for (var layer = 0; layer < 3; layer++)
        {
            Value Linear(Value from, int i) => _b.Add(new Linear(), from, shared[i]);
            var attended = _b.Add(new Attention { Scale = 0.5, Cache = CacheUse.None, Causal = false }, Heads(Linear(h, 0)), Heads(Linear(h, 1)), Heads(Linear(h, 2)), _b.Position);
            h = Normed(_b.Plus(h, Linear(_b.Add(new Reshape(Width), attended), 3)));
            h = Normed(_b.Plus(h, Linear(_b.Unary(UnaryFunction.GeluTanh, Linear(h, 4)), 5)));

            double[][] Norms(IEnumerable<double[]> rows) => [.. rows.Select(row => Naive.LayerNorm(row, gain, bias, 1e-12))];
            var e = Naive.Attend(Naive.Linear(w[0], expected), Naive.Linear(w[1], expected), Naive.Linear(w[2], expected), 2, 2, (_, _, _, dot) => 0.5 * dot);
            expected = Norms(expected.Zip(Naive.Linear(w[3], e), Naive.Add));
            expected = Norms(expected.Zip(Naive.Linear(w[5], [.. Naive.Linear(w[4], expected).Select(row => Naive.Map(row, Naive.GeluTanh))]), Naive.Add));
        }

        Near.Equal(expected, _b.Run(h));
    }

    [Fact]
    public void Zamba_2_uses_one_block_twice_each_time_with_an_adapter_and_caches_of_its_own()
    {
        var x = _random.Rows(Tokens, Width);
        var (wq, wk, wv, wo) = (_random.Rows(16, 16, 0.5), _random.Rows(16, 16, 0.5), _random.Rows(16, 16, 0.5), _random.Rows(Width, 16, 0.5));
        var adapters = Enumerable.Range(0, 2).Select(_ => (Down: _random.Rows(2, 16), Up: _random.Rows(16, 2))).ToArray();
        var (q, k, v, o) = (_b.Weight(wq), _b.Weight(wk), _b.Weight(wv), _b.Weight(wo));
        Value Heads(Value from) => _b.Add(new Reshape(2, 8), from);

        var embedding = _b.Input(x);
        var (h, expected) = (embedding, x);
        foreach (var (down, up) in adapters)
        {
            var wide = _b.Add(new Concat(), h, embedding);
            var query = _b.Plus(_b.Add(new Linear(), wide, q), _b.Add(new Linear(), _b.Add(new Linear(), wide, _b.Weight(down)), _b.Weight(up)));
            var attended = _b.Attend(new() { Scale = 0.5 }, Heads(query), Heads(_b.Add(new Linear(), wide, k)), Heads(_b.Add(new Linear(), wide, v)));
            h = _b.Plus(h, _b.Add(new Linear(), _b.Add(new Reshape(16), attended), o));

            double[][] joined = [.. expected.Zip(x, (a, b) => (double[])[.. a, .. b])];
            double[][] queries = [.. Naive.Linear(wq, joined).Zip(Naive.Linear(up, Naive.Linear(down, joined)), Naive.Add)];
            var e = Naive.Attend(queries, Naive.Linear(wk, joined), Naive.Linear(wv, joined), 2, 2, Naive.Causal(0.5));
            expected = [.. expected.Zip(Naive.Linear(wo, e), Naive.Add)];
        }

        Near.Equal(expected, _b.Run(h, 4, 1, 4));
    }
}
