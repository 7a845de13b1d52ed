using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>RWKV-6's time mix against float64 written for reading.</summary>
public class Rwkv6BlockTests
{
    private const int Tokens = 7;
    private const int Width = 6;
    private const int Heads = 2;
    private const int Head = 3;

    private readonly Block _b = new();
    private readonly Randoms _random = new(17);

    [Fact]
    public void Heads_keep_their_own_decaying_sums()
    {
        var (r, k, v, w, u) = (_random.Rows(Tokens, Width), _random.Rows(Tokens, Width), _random.Rows(Tokens, Width), _random.Rows(Tokens, Width, 2), _random.Rows(Heads, Head));
        Value In(double[][] rows) => _b.Input(rows, Heads, Head);
        var decay = _b.Unary(UnaryFunction.Exp, _b.Unary(UnaryFunction.Negate, _b.Unary(UnaryFunction.Exp, In(w))));
        var o = _b.Advance(new Wkv6(), In(r), In(k), In(v), decay, _b.Weight(u), _b.State(StateKind.Recurrent, Heads, Head, Head));
        var y = _b.Add(new LayerNorm(64e-5, Weighted: false, Bias: false), o);

        var s = new double[Heads, Head, Head];
        var expected = new double[Tokens][];
        for (var t = 0; t < Tokens; t++)
        {
            var row = new double[Width];
            for (var at = 0; at < Width; at++)
            {
                var (head, j) = (at / Head, at % Head);
                for (var i = 0; i < Head; i++)
                {
                    var key = (head * Head) + i;
                    row[at] += r[t][key] * (s[head, i, j] + (u[head][i] * k[t][key] * v[t][at]));
                    s[head, i, j] = (Math.Exp(-Math.Exp(w[t][key])) * s[head, i, j]) + (k[t][key] * v[t][at]);
                }
            }

            double[] one = [1, 1, 1], none = [0, 0, 0];
            expected[t] = [.. Enumerable.Range(0, Heads).SelectMany(head => Naive.LayerNorm(Naive.Slice(row, head, Head), one, none, 64e-5))];
        }

        Near.Equal(expected, _b.Run(_b.Add(new Reshape(Width), y), 1, 4, 2));
    }

    [Fact]
    public void Five_interpolations_depend_on_the_data()
    {
        const int Kinds = 5, Rank = 2;
        var (x, w1, w2) = (_random.Rows(Tokens, Width), _random.Rows(Kinds * Rank, Width), _random.Vector(Kinds * Width * Rank));
        var (first, each) = (_random.Vector(Width), _random.Rows(Kinds, Width));
        var h = _b.Input(x);
        var delta = _b.Minus(_b.Advance(new TokenShift(), h, _b.State(StateKind.Recurrent, 1, Width)), h);
        var low = _b.Unary(UnaryFunction.Tanh, _b.Add(new Linear(), _b.Plus(h, _b.Times(delta, _b.Weight(first))), _b.Weight(w1)));
        var m = _b.Plus(_b.Add(new BlockLinear(), _b.Add(new Reshape(Kinds, Rank), low), _b.Weight(w2, Kinds, Width, Rank)), _b.Weight(each));
        Value Wide(Value from) => _b.Add(new Reshape(1, Width), from);
        var y = _b.Plus(Wide(h), _b.Times(Wide(delta), m));

        var before = Naive.Shifted(x);
        var expected = x.Select((row, t) =>
        {
            var change = row.Select((v, i) => before[t][i] - v).ToArray();
            var hidden = Naive.Map(Naive.Linear(w1, Naive.Add(row, Naive.Multiply(change, first))), Math.Tanh);
            return Enumerable.Range(0, Kinds * Width).Select(at =>
            {
                var (kind, i) = (at / Width, at % Width);
                var mix = each[kind][i] + Enumerable.Range(0, Rank).Sum(n => hidden[(kind * Rank) + n] * w2[(at * Rank) + n]);
                return row[i] + (change[i] * mix);
            }).ToArray();
        });
        Near.Equal([.. expected], _b.Run(_b.Add(new Reshape(Kinds * Width), y), 3, 4));
    }
}
