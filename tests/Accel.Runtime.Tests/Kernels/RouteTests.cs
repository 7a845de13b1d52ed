using Accel.Graph.Ops;
using Accel.Runtime.Tests.Blocks;

namespace Accel.Runtime.Tests.Kernels;

public class RouteTests
{
    private readonly Block _b = new();

    [Fact]
    public void Ties_go_to_the_lowest_index() =>
        Near.Equal([[1, 3, 4, 0.5, 0.5, 0.5]], Chosen(new() { TopK = 3, Score = RouteScore.Sigmoid }, [-1, 0, -1, 0, 0]));

    [Fact]
    public void A_bias_chooses_and_does_not_weigh() =>
        Near.Equal([[2, 0.5]], Chosen(new() { TopK = 1, Score = RouteScore.Sigmoid, Bias = true }, [3, 1, 0], [0, 0, 9]));

    [Fact]
    public void Weights_of_Jamba_are_not_renormalised()
    {
        var p = Naive.Softmax([1, 2, 3, 4]);
        Near.Equal([[3, 2, p[3], p[2]]], Chosen(new() { TopK = 2, Score = RouteScore.Softmax }, [1, 2, 3, 4]));
    }

    [Fact]
    public void Groups_of_DeepSeek_V2_are_as_good_as_their_best() =>
        Near.Equal([[4, 5]], Chosen(new() { TopK = 2, Score = RouteScore.Softmax, Groups = 3, GroupsKept = 1 }, [6, 6, 1, 1, 7, 0]), columns: 2);

    [Fact]
    public void Groups_of_DeepSeek_V3_are_as_good_as_their_best_two() =>
        Near.Equal([[0, 1]], Chosen(new() { TopK = 2, Score = RouteScore.Sigmoid, Groups = 3, GroupsKept = 1, GroupTop = 2 }, [2, 2, 1, 1, 3, -3]), columns: 2);

    [Fact]
    public void A_choice_from_sunken_scores_has_no_weight_and_no_NaN() =>
        Near.Equal([[0, 1, 0, 0]], Chosen(new() { TopK = 2, Score = RouteScore.Sigmoid, Renormalise = true }, [-1000, -1000, -1000]));

    [Fact]
    public void Logits_that_are_no_numbers_come_last() =>
        Near.Equal([[1, 0, 2]], Chosen(new() { TopK = 3, Score = RouteScore.SoftmaxOfSelected }, [double.NaN, 1, double.NaN]), columns: 3);

    [Fact]
    public void Minus_infinity_is_chosen_last_and_weighs_nothing() =>
        Near.Equal([[2, 0, 1, 0]], Chosen(new() { TopK = 2, Score = RouteScore.SoftmaxOfSelected }, [double.NegativeInfinity, double.NegativeInfinity, 0]));

    /// <summary>Indices, then weights, of one row of logits.</summary>
    private double[][] Chosen(Route route, double[] logits, double[]? bias = null)
    {
        var x = _b.Input([logits]);
        var (experts, weights) = bias is null ? _b.Route(route, x) : _b.Route(route, x, _b.Weight(bias));
        var numbers = _b.Weight([.. Enumerable.Range(0, logits.Length).Select(e => (double)e)], logits.Length, 1, 1);
        var indices = _b.Add(new ExpertLinear(), _b.Input([[1]]), experts, numbers);
        return _b.Run(_b.Add(new Concat(), _b.Add(new Reshape(route.TopK), indices), weights));
    }
}
