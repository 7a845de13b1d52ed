using Accel.Core.Diagnostics;
using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Tests.Blocks;

namespace Accel.Runtime.Tests.Execution;

/// <summary>How a graph is laid out: what is computed once, which rows are computed, what is refused.</summary>
public class PlanTests
{
    private const int Tokens = 6;

    private readonly Block _b = new();
    private readonly Randoms _random = new(37);

    [Fact]
    public void Vectors_of_parameters_alone_are_computed_once()
    {
        var (a, c, x) = (_random.Vector(3), _random.Vector(5), _random.Rows(Tokens, 4));
        var joined = _b.Add(new Concat(), _b.Weight(a), _b.Weight(c));
        var pieces = _b.Split(joined, 4, 4);
        var y = _b.Times(_b.Plus(_b.Plus(_b.Input(x), pieces[0]), _b.Add(new RmsNorm(0, Weighted: false), pieces[1])), _b.Add(new Reduce(ReduceFunction.Maximum), joined));
        double[] all = [.. a, .. c];
        var expected = x.Select(row => Naive.Map(Naive.Add(Naive.Add(row, all[..4]), Naive.RmsNorm(all[4..], null, 0)), v => v * all.Max()));
        Near.Equal([.. expected], _b.Run(y));
    }

    [Fact]
    public void A_norm_may_be_folded_into_the_embedding_table()
    {
        var (table, w, bias) = (_random.Rows(Tokens, 8), _random.Vector(8), _random.Vector(8));
        var folded = _b.Add(new LayerNorm(1e-5), _b.Weight(table), _b.Weight(w), _b.Weight(bias));
        _ = _b.Input(table);
        Near.Equal([.. table.Select(row => Naive.LayerNorm(row, w, bias, 1e-5))], _b.Run(_b.Add(new Embedding(), _b.Tokens, folded)));
    }

    [Fact]
    public void A_product_of_parameters_is_a_weight_like_another()
    {
        var (x, up, down) = (_random.Rows(Tokens, 4), _random.Rows(4, 3), _random.Rows(5, 3));
        // down [5, 3] x up^T gives [5, 4]: a matrix for x.
        var product = _b.Add(new Linear(), _b.Weight(down), _b.Weight(up));
        Near.Equal([.. x.Select(row => Naive.Linear(Naive.Linear(up, down), row))], _b.Run(_b.Add(new Linear(), _b.Input(x), product)));
    }

    [Fact]
    public void A_value_without_a_token_axis_has_all_its_rows_at_every_step()
    {
        var x = _random.Rows(Tokens, 12);
        // A state that nothing writes holds zeros: its softmax is a quarter in each of three rows, however few tokens a step has.
        var quarters = _b.Add(new Softmax(), _b.State(StateKind.Static, 3, 4));
        var y = _b.Add(new Reshape(12), _b.Plus(_b.Input(x, 3, 4), quarters));
        Near.Equal([.. x.Select(row => Naive.Map(row, v => v + 0.25))], _b.Run(y, 1, 1, 4));
    }

    [Fact]
    public void The_last_row_alone_is_the_last_row_of_all()
    {
        var random = _random;
        var h = _b.Input(random.Rows(Tokens, 8));
        h = _b.Advance(new TokenShift(), h, _b.State(StateKind.Recurrent, 1, 8));
        var (experts, weights) = _b.Route(new() { TopK = 2, Score = RouteScore.Sigmoid }, _b.Add(new Linear(), h, _b.Weight(random.Rows(5, 8))));
        var mixed = _b.Add(new CombineExperts(), _b.Add(new ExpertLinear(), h, experts, _b.Weight(random.Vector(5 * 8 * 8), 5, 8, 8)), weights);
        var heads = _b.Add(new Repeat(2), _b.Add(new Reshape(2, 4), _b.Plus(mixed, h)));
        heads = _b.Add(new Rope(RopeLayout.Half, RopeFrequencies.Default(100, 4)), heads, _b.Position);
        heads = _b.Add(new BatchMatMul(), heads, _b.Add(new Reshape(4, 2), mixed));
        var at = _b.Add(new Embedding(), _b.Add(new Positions(), _b.Tokens, _b.Position), _b.Weight(random.Rows(Tokens, 2)));
        heads = _b.Add(new Softmax(), _b.Times(_b.Add(new L2Norm(1e-6), heads), _b.Add(new Reshape(1, 2), at)));
        heads = _b.Add(new Concat(), _b.Split(heads, 1, 1)[1], _b.Add(new Reduce(ReduceFunction.Sum), heads), _b.Add(new LayerNorm(1e-5, Bias: false), heads, _b.Weight([1, 2])));
        heads = _b.Add(new SoftCap(3), _b.Add(new Clamp(-2, 2), _b.Add(new BlockLinear(), heads, _b.Weight(random.Vector(4 * 3 * 4), 4, 3, 4))));
        using var session = _b.Start(_b.Add(new Reshape(12), heads));

        var all = Block.Run(session, Tokens);
        for (var count = 1; count <= Tokens; count++)
        {
            session.Reset();
            var last = session.Prefill([.. Enumerable.Range(0, count)]);
            Near.Equal(all[count - 1], [.. last.ToArray().Select(v => (double)v)]);
        }
    }

    [Fact]
    public void A_weight_that_changes_from_step_to_step_is_refused()
    {
        var x = _b.Input(_random.Rows(Tokens, 4));
        var weight = _b.Unary(UnaryFunction.Exp, _b.State(StateKind.Static, 3, 4));
        var fault = Assert.Throws<IrException>(() => _b.Run(_b.Add(new Linear(), x, weight)));
        Assert.Equal($"{weight.Name}: operand: expected a parameter, or a value of parameters alone, found a value of each step", fault.Message);
    }

    [Fact]
    public void A_state_beyond_the_memory_of_an_array_is_named()
    {
        var x = _b.Input(_random.Rows(Tokens, 4));
        var state = _b.State(StateKind.Recurrent, 1L << 40, 4);
        var fault = Assert.Throws<InputException>(() => _b.Run(x));
        Assert.StartsWith($"block: {state.Name}: expected at most", fault.Message, StringComparison.Ordinal);
    }
}
