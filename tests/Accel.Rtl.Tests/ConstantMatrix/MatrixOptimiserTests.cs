using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Graphs;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class MatrixOptimiserTests
{
    [Theory]
    [InlineData("identity", 0)]
    [InlineData("zero", 0)]
    [InlineData("ones", 15)] // one sum of 16 for all outputs
    [InlineData("multiples", 15)] // ... and its shifts and negatives
    [InlineData("powers", 0)] // each output one input, shifted
    [InlineData("sevens", 16)] // 8 x - x, one for each input
    [InlineData("prefix", 15)] // each output the one before plus an input
    [InlineData("hadamard", 24)] // butterflies: 8 x log2 8
    public void Structure_is_found(string name, int adders)
    {
        Func<int, int, int> weight = name switch
        {
            "identity" => (i, j) => i == j ? 1 : 0,
            "zero" => (_, _) => 0,
            "ones" => (_, _) => 1,
            "multiples" => (_, j) => j % 2 == 0 ? 1 << (j / 2) : -(1 << (j / 2)),
            "powers" => (i, j) => i == (j * 5) % 16 ? 1 << j : 0,
            "sevens" => (i, j) => i == j ? 7 : 0,
            "prefix" => (i, j) => i <= j ? 1 : 0,
            _ => (i, j) => int.PopCount(i & j) % 2 == 0 ? 1 : -1,
        };
        var side = name == "hadamard" ? 8 : 16;
        var matrix = Matrices.Of(side, side, weight);
        var graph = MatrixOptimiser.Optimise(matrix, new() { ExtraDepth = name == "prefix" ? 11 : 2, EffortPercent = 20 });
        Assert.True(GraphProof.Of(graph, matrix).Exact);
        Assert.Equal(adders, graph.Adders);
    }

    [Fact]
    public void Any_matrix_is_exact_and_within_its_depth()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var most = 1 << random.Next(0, 31);
            var matrix = Matrices.Uniform(random.Next(1, 20), random.Next(1, 20), -most, most - 1, seed);
            var options = new OptimiserOptions { ExtraDepth = random.Next(0, 4), EffortPercent = random.Next(0, 10), Objective = (GraphObjective)(seed % 2) };
            var graph = MatrixOptimiser.Optimise(matrix, options);
            Assert.True(GraphProof.Of(graph, matrix).Exact, $"seed {seed}");
            Assert.True(graph.Depth <= matrix.MinimumDepth + options.ExtraDepth, $"seed {seed}: depth {graph.Depth}");
            Assert.True(graph.Adders < Math.Max(1, matrix.Digits), $"seed {seed}");
        }
    }

    [Fact]
    public void Columns_that_resemble_each_other_cost_their_differences()
    {
        var random = new Random(3);
        var pattern = Enumerable.Range(0, 32).Select(_ => random.Next(-128, 128)).ToArray();
        var matrix = Matrices.Of(32, 32, (i, j) => ((j % 2 == 0) ? pattern[i] : -pattern[i]) + (random.Next(8) == 0 ? 1 : 0));
        var graph = MatrixOptimiser.Optimise(matrix, new() { EffortPercent = 20, ExtraDepth = 4 });
        Assert.True(GraphProof.Of(graph, matrix).Exact);

        // The pattern once, at most its digits; then each column at most what was added to it, and one adder to join.
        var digits = pattern.Sum(value => SignedDigits.Count(value));
        Assert.InRange(graph.Adders, 1, digits + (32 * 32 / 8) + 32);
    }

    [Theory]
    [InlineData(200, 150, -1, 1)]
    [InlineData(3, 300, -128, 127)]
    [InlineData(300, 2, -8, 7)]
    public void Matrices_of_several_tiles_are_exact_and_within_their_depth(int inputs, int outputs, int least, int most)
    {
        var matrix = Matrices.Uniform(inputs, outputs, least, most, 8);
        var graph = MatrixOptimiser.Optimise(matrix, new() { EffortPercent = 1, ExtraDepth = 0 });
        Assert.True(GraphProof.Of(graph, matrix).Exact);
        Assert.Equal(matrix.MinimumDepth, graph.Depth);
    }

    [Fact]
    public void Threads_do_not_change_the_graph()
    {
        var matrix = Matrices.Uniform(150, 40, -8, 7, 9);
        AdderGraph Run(int threads) => MatrixOptimiser.Optimise(matrix, new() { EffortPercent = 2, Threads = threads });
        var (one, two) = (Run(1), Run(2));
        Assert.Equal(one.Nodes.ToArray(), two.Nodes.ToArray());
        Assert.Equal(one.Outputs.ToArray(), two.Outputs.ToArray());
    }

    [Theory] // a third of the usual work; the whole is measured by the benchmark
    [InlineData("int4", 0.66)]
    [InlineData("ternary", 0.28)]
    [InlineData("bell-shaped int4", 0.55)]
    public void Random_matrices_take_few_adders(string kind, double most)
    {
        var matrix = kind switch
        {
            "int4" => Matrices.Uniform(64, 64, -8, 7, 10),
            "ternary" => Matrices.Uniform(64, 64, -1, 1, 10),
            _ => Matrices.Bell(64, 64, 2.5, 10),
        };
        var graph = MatrixOptimiser.Optimise(matrix, new() { EffortPercent = 30 });
        Assert.True(GraphProof.Of(graph, matrix).Exact);
        Assert.InRange(graph.Adders / 4096.0, most / 2, most);
        Assert.InRange(graph.Depth, matrix.MinimumDepth, matrix.MinimumDepth + 2);
    }

    [Fact]
    public void Minimum_depth_is_the_logarithm_of_the_longest_column()
    {
        // 7 = 8 - 1, so the second column has 2 + 2 + 1 digits: three levels.
        Assert.Equal(3, new IntegerMatrix(3, 2, [1, 7, 1, 7, 0, 4]).MinimumDepth);
        Assert.Equal(0, new IntegerMatrix(1, 1, [-8]).MinimumDepth);
        Assert.Equal(1, new IntegerMatrix(1, 1, [3]).MinimumDepth);
    }
}
