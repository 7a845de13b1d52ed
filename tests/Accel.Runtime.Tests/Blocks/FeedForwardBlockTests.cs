using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>Feed-forward blocks, experts and residual streams of published models against float64 written for reading.</summary>
public class FeedForwardBlockTests
{
    private const int Tokens = 9;
    private const int Width = 8;

    private readonly Block _b = new();
    private readonly Randoms _random = new(11);

    [Fact]
    public void Sparsity_of_Gemma_3n_keeps_what_exceeds_mean_and_deviation()
    {
        const double Quantile = 1.6448536269514722; // of the normal distribution at 0.95
        var (g, up) = (_random.Rows(Tokens, 40, 3), _random.Rows(Tokens, 40));
        var gate = _b.Input(g);
        var cutoff = _b.Plus(_b.Add(new Reduce(ReduceFunction.Mean), gate), _b.Add(new Affine(Quantile), _b.Add(new Reduce(ReduceFunction.StandardDeviation), gate)));
        var y = _b.Times(_b.Unary(UnaryFunction.GeluTanh, _b.Unary(UnaryFunction.Relu, _b.Minus(gate, cutoff))), _b.Input(up));
        var expected = g.Zip(up, (row, factor) =>
        {
            var mean = row.Average();
            var limit = mean + (Quantile * Math.Sqrt(row.Average(v => (v - mean) * (v - mean))));
            return Naive.Multiply(Naive.Map(row, v => Naive.GeluTanh(Math.Max(v - limit, 0))), factor);
        }).ToArray();
        Assert.InRange(expected.Sum(row => row.Count(v => v != 0)), 1, Tokens * 10);
        Near.Equal(expected, _b.Run(y));
    }

    [Fact]
    public void Gated_squared_relu_with_sub_norm_of_BitNet()
    {
        var (x, wg, wu, wd, norm) = (_random.Rows(Tokens, Width), _random.Rows(12, Width), _random.Rows(12, Width), _random.Rows(Width, 12), _random.Vector(12));
        var h = _b.Input(x);
        var gate = _b.Unary(UnaryFunction.Square, _b.Unary(UnaryFunction.Relu, _b.Add(new Linear(), h, _b.Weight(wg))));
        var inner = _b.Add(new RmsNorm(1e-5), _b.Times(gate, _b.Add(new Linear(), h, _b.Weight(wu))), _b.Weight(norm));
        var expected = x.Select(row => Naive.Linear(wd, Naive.RmsNorm(Naive.Multiply(Naive.Map(Naive.Linear(wg, row), Naive.SquaredRelu), Naive.Linear(wu, row)), norm, 1e-5)));
        Near.Equal([.. expected], _b.Run(_b.Add(new Linear(), inner, _b.Weight(wd))));
    }

    [Fact]
    public void Channel_mix_of_Rwkv_6_with_token_shift_and_receptance()
    {
        var (x, wk, wv, wr) = (_random.Rows(Tokens, Width), _random.Rows(12, Width), _random.Rows(Width, 12), _random.Rows(Width, Width));
        var (mk, mr) = (_random.Vector(Width), _random.Vector(Width));
        var h = _b.Input(x);
        var delta = _b.Minus(_b.Advance(new TokenShift(), h, _b.State(StateKind.Recurrent, 1, Width)), h);
        Value Mixed(double[] factor) => _b.Plus(h, _b.Times(delta, _b.Weight(factor)));
        var k = _b.Unary(UnaryFunction.Square, _b.Unary(UnaryFunction.Relu, _b.Add(new Linear(), Mixed(mk), _b.Weight(wk))));
        var y = _b.Times(_b.Unary(UnaryFunction.Sigmoid, _b.Add(new Linear(), Mixed(mr), _b.Weight(wr))), _b.Add(new Linear(), k, _b.Weight(wv)));

        var before = Naive.Shifted(x);
        double[] Mix(int t, double[] factor) => [.. x[t].Select((v, i) => v + ((before[t][i] - v) * factor[i]))];
        var expected = x.Select((_, t) => Naive.Multiply(
            Naive.Map(Naive.Linear(wr, Mix(t, mr)), Naive.Sigmoid), Naive.Linear(wv, Naive.Map(Naive.Linear(wk, Mix(t, mk)), Naive.SquaredRelu))));
        Near.Equal([.. expected], _b.Run(y, 1, 5, 3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Experts_beside_a_shared_one_that_is_gated(bool renormalise)
    {
        const int Experts = 5, Chosen = 2, Inner = 6;
        var (x, router, gate) = (_random.Rows(Tokens, Width), _random.Rows(Experts, Width), _random.Rows(1, Width));
        var w1 = Enumerable.Range(0, Experts + 1).Select(_ => _random.Rows(Inner, Width)).ToArray();
        var w2 = Enumerable.Range(0, Experts + 1).Select(_ => _random.Rows(Width, Inner)).ToArray();
        Value Stack(double[][][] w, int rows, int columns) => _b.Weight([.. w[..Experts].SelectMany(m => m.SelectMany(row => row))], Experts, rows, columns);
        var h = _b.Input(x);
        var (experts, weights) = _b.Route(new() { TopK = Chosen, Score = RouteScore.Softmax, Renormalise = renormalise }, _b.Add(new Linear(), h, _b.Weight(router)));
        var inner = _b.Unary(UnaryFunction.Silu, _b.Add(new ExpertLinear(), h, experts, Stack(w1, Inner, Width)));
        var routed = _b.Add(new CombineExperts(), _b.Add(new ExpertLinear(), inner, experts, Stack(w2, Width, Inner)), weights);
        var shared = _b.Add(new Linear(), _b.Unary(UnaryFunction.Silu, _b.Add(new Linear(), h, _b.Weight(w1[Experts]))), _b.Weight(w2[Experts]));
        var y = _b.Plus(routed, _b.Times(shared, _b.Unary(UnaryFunction.Sigmoid, _b.Add(new Linear(), h, _b.Weight(gate)))));

        double[] Expert(int e, double[] row) => Naive.Linear(w2[e], Naive.Map(Naive.Linear(w1[e], row), Naive.Silu));
        var expected = x.Select(row =>
        {
            var p = Naive.Softmax(Naive.Linear(router, row));
            var best = Enumerable.Range(0, Experts).OrderByDescending(e => p[e]).Take(Chosen).ToArray();
            var sum = renormalise ? best.Sum(e => p[e]) : 1;
            var open = Naive.Sigmoid(Naive.Dot(gate[0], row));
            return best.Aggregate(Naive.Map(Expert(Experts, row), v => v * open), (total, e) => Naive.Add(total, Naive.Map(Expert(e, row), v => v * p[e] / sum)));
        });
        Near.Equal([.. expected], _b.Run(y, 1, 8));
    }

    [Fact]
    public void Four_streams_of_Gemma_3n_are_mixed_by_a_matrix_per_token()
    {
        var (streams, coefficients) = (_random.Rows(Tokens, 4 * Width), _random.Rows(Tokens, 16));
        var h = _b.Input(streams, 4, Width);
        var y = _b.Plus(h, _b.Add(new BatchMatMul(), _b.Input(coefficients, 4, 4), h));
        var expected = streams.Zip(coefficients, (row, c) => row.Select((v, at) => v + Enumerable.Range(0, 4).Sum(j => c[(at / Width * 4) + j] * row[(j * Width) + (at % Width)])).ToArray());
        Near.Equal([.. expected], _b.Run(_b.Add(new Reshape(4 * Width), y)));
    }

    [Fact]
    public void Multipliers_of_Granite_scale_embedding_residual_and_logits()
    {
        var (x, w) = (_random.Rows(Tokens, Width), _random.Rows(Width, Width));
        var h = _b.Add(new Affine(12), _b.Input(x));
        var y = _b.Add(new Affine(1 / 8.0), _b.Plus(h, _b.Add(new Affine(0.22), _b.Add(new Linear(), h, _b.Weight(w)))));
        var expected = x.Select(row => Naive.Map(row, v => v * 12)).Select(row => Naive.Map(Naive.Add(row, Naive.Map(Naive.Linear(w, row), v => v * 0.22)), v => v / 8));
        Near.Equal([.. expected], _b.Run(y));
    }

    [Fact]
    public void Draft_head_of_DeepSeek_joins_the_next_embedding_with_the_hidden_row()
    {
        var (next, hidden, w) = (_random.Rows(Tokens, Width), _random.Rows(Tokens, Width), _random.Rows(Width, 2 * Width));
        Value Normed(double[][] rows) => _b.Add(new RmsNorm(1e-6, Weighted: false), _b.Input(rows));
        var y = _b.Add(new Linear(), _b.Add(new Concat(), Normed(next), Normed(hidden)), _b.Weight(w));
        var expected = next.Zip(hidden, (a, b) => Naive.Linear(w, [.. Naive.RmsNorm(a, null, 1e-6), .. Naive.RmsNorm(b, null, 1e-6)]));
        Near.Equal([.. expected], _b.Run(y));
    }
}
