using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Tests.Blocks;

namespace Accel.Runtime.Tests.Kernels;

/// <summary>Kernels that compute each row by itself, against float64.</summary>
public class RowKernelTests
{
    private const int Tokens = 5;

    private readonly Block _b = new();
    private readonly Randoms _random = new(19);

    [Theory]
    [InlineData(UnaryFunction.Negate)]
    [InlineData(UnaryFunction.Exp)]
    [InlineData(UnaryFunction.Log)]
    [InlineData(UnaryFunction.Sqrt)]
    [InlineData(UnaryFunction.ReciprocalSqrt)]
    [InlineData(UnaryFunction.Reciprocal)]
    [InlineData(UnaryFunction.Square)]
    [InlineData(UnaryFunction.Relu)]
    [InlineData(UnaryFunction.Sigmoid)]
    [InlineData(UnaryFunction.Tanh)]
    [InlineData(UnaryFunction.Silu)]
    [InlineData(UnaryFunction.Softplus)]
    public void Functions(UnaryFunction function)
    {
        var isPositive = function is UnaryFunction.Log or UnaryFunction.Sqrt or UnaryFunction.ReciprocalSqrt or UnaryFunction.Reciprocal;
        double[][] x = [.. _random.Rows(Tokens, 37, 4).Select(row => Naive.Map(row, v => isPositive ? Math.Abs(v) + 0.01 : v))];
        Func<double, double> f = function switch
        {
            UnaryFunction.Negate => v => -v,
            UnaryFunction.Exp => Math.Exp,
            UnaryFunction.Log => Math.Log,
            UnaryFunction.Sqrt => Math.Sqrt,
            UnaryFunction.ReciprocalSqrt => v => 1 / Math.Sqrt(v),
            UnaryFunction.Reciprocal => v => 1 / v,
            UnaryFunction.Square => v => v * v,
            UnaryFunction.Relu => v => Math.Max(v, 0),
            UnaryFunction.Sigmoid => Naive.Sigmoid,
            UnaryFunction.Tanh => Math.Tanh,
            UnaryFunction.Silu => Naive.Silu,
            _ => v => Math.Log(1 + Math.Exp(v)),
        };
        Near.Equal([.. x.Select(row => Naive.Map(row, f))], _b.Run(_b.Unary(function, _b.Input(x))));
    }

    [Theory]
    [InlineData(BinaryOperator.Add)]
    [InlineData(BinaryOperator.Subtract)]
    [InlineData(BinaryOperator.Multiply)]
    [InlineData(BinaryOperator.Divide)]
    [InlineData(BinaryOperator.Minimum)]
    [InlineData(BinaryOperator.Maximum)]
    public void Operators_repeat_extents_of_one(BinaryOperator op)
    {
        var (x, column, vector) = (_random.Rows(Tokens, 6), _random.Rows(Tokens, 2), _random.Vector(3, 2));
        vector = Naive.Map(vector, v => Math.Abs(v) + 1);
        Func<double, double, double> f = op switch
        {
            BinaryOperator.Add => (a, b) => a + b,
            BinaryOperator.Subtract => (a, b) => a - b,
            BinaryOperator.Multiply => (a, b) => a * b,
            BinaryOperator.Divide => (a, b) => a / b,
            BinaryOperator.Minimum => Math.Min,
            _ => Math.Max,
        };
        var h = _b.Plus(_b.Input(x, 2, 3), _b.Input(column, 2, 1));
        var y = _b.Add(new Binary(op), h, _b.Weight(vector));
        var expected = x.Select((row, t) => row.Select((v, i) => f(v + column[t][i / 3], vector[i % 3])).ToArray());
        Near.Equal([.. expected], _b.Run(_b.Add(new Reshape(6), y)));
    }

    [Fact]
    public void Softmax_of_great_and_of_masked_scores()
    {
        double[][] x = [[1000, 999, -1000], [double.NegativeInfinity, 2, 2], [double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity]];
        var e = 1 / (1 + Math.Exp(-1));
        Near.Equal([[e, 1 - e, 0], [0, 0.5, 0.5], [0, 0, 0]], _b.Run(_b.Add(new Softmax(), _b.Input(x))));
    }

    [Fact]
    public void Layer_norm_by_group_has_weights_of_each_group()
    {
        var (x, w, c) = (_random.Rows(Tokens, 12, 5), _random.Vector(12), _random.Vector(12));
        var y = _b.Add(new LayerNorm(64e-5), _b.Input(x, 3, 4), _b.Weight(w, 3, 4), _b.Weight(c, 3, 4));
        var expected = x.Select(row => Enumerable.Range(0, 3).SelectMany(g => Naive.LayerNorm(Naive.Slice(row, g, 4), Naive.Slice(w, g, 4), Naive.Slice(c, g, 4), 64e-5)).ToArray());
        Near.Equal([.. expected], _b.Run(_b.Add(new Reshape(12), y)));
    }

    [Fact]
    public void Layer_norm_far_from_zero_keeps_its_digits()
    {
        var (x, one) = (new double[] { 10_000, 10_001, 10_002, 10_003 }, new double[] { 1, 1, 1, 1 });
        Near.Equal([Naive.LayerNorm(x, one, new double[4], 0)], _b.Run(_b.Add(new LayerNorm(0, Bias: false), _b.Input([x]), _b.Weight(one))));
    }

    [Theory]
    [InlineData(ReduceFunction.Sum)]
    [InlineData(ReduceFunction.Mean)]
    [InlineData(ReduceFunction.Maximum)]
    [InlineData(ReduceFunction.StandardDeviation)]
    public void Reductions(ReduceFunction function)
    {
        var x = _random.Rows(Tokens, 2 * 19, 3);
        Func<double[], double> f = function switch
        {
            ReduceFunction.Sum => v => v.Sum(),
            ReduceFunction.Mean => v => v.Average(),
            ReduceFunction.Maximum => v => v.Max(),
            _ => v => Math.Sqrt(v.Average(e => e * e) - (v.Average() * v.Average())),
        };
        var y = _b.Add(new Reduce(function), _b.Input(x, 2, 19));
        Near.Equal([.. x.Select(row => new[] { f(row[..19]), f(row[19..]) })], _b.Run(_b.Add(new Reshape(2), y)));
    }

    [Fact]
    public void Concat_and_split_are_inverse()
    {
        var x = _random.Rows(Tokens, 2 * 6);
        var pieces = _b.Split(_b.Input(x, 2, 6), 1, 3, 2);
        Near.Equal(x, _b.Run(_b.Add(new Reshape(12), _b.Add(new Concat(), pieces))));
    }

    [Fact]
    public void Repeat_interleaves()
    {
        var y = _b.Add(new Repeat(3), _b.Input([[1, 2, 3, 4]], 2, 2));
        Near.Equal([[1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]], _b.Run(_b.Add(new Reshape(12), y)));
    }

    [Fact]
    public void Products_of_computed_matrices()
    {
        var (x, z) = (_random.Rows(Tokens, 2 * 3), _random.Rows(Tokens, 3 * 4));
        var y = _b.Add(new BatchMatMul(), _b.Input(x, 2, 3), _b.Input(z, 3, 4));
        var expected = x.Zip(z, (a, b) => Enumerable.Range(0, 8).Select(at => Enumerable.Range(0, 3).Sum(j => a[(at / 4 * 3) + j] * b[(j * 4) + (at % 4)])).ToArray());
        Near.Equal([.. expected], _b.Run(_b.Add(new Reshape(8), y)));
    }

    [Fact]
    public void Unit_length_of_zeros_is_zero() =>
        Near.Equal([[0, 0], [0.6, 0.8]], _b.Run(_b.Add(new L2Norm(1e-12), _b.Input([[0, 0], [3, 4]]))));
}
