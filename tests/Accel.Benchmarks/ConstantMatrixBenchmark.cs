using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Graphs;

namespace Accel.Benchmarks;

/// <summary>Adders per weight of random 64 x 64 matrices, and the CPU time that finding them takes.</summary>
internal static class ConstantMatrixBenchmark
{
    private const int Side = 64;
    private const int Seeds = 3;

    private static readonly (string Name, double Goal, Func<Random, int> Weight)[] _kinds =
    [
        ("int4, -8 to 7", 0.66, random => random.Next(-8, 8)),
        ("int4, -7 to 7", 0.66, random => random.Next(-7, 8)),
        ("ternary", 0.28, random => random.Next(-1, 2)),
        ("int8", 1.17, random => random.Next(-128, 128)),
        ("bell int4, deviation 2", 0.55, random => Bell(random, 2)),
        ("bell int4, deviation 2.5", 0.55, random => Bell(random, 2.5)),
    ];

    public static void Run(TextWriter output)
    {
        foreach (var (name, goal, weight) in _kinds)
        {
            foreach (var effort in new[] { 0, 100 })
            {
                var (adders, bits, beyond, seconds, errors) = (0L, 0L, 0, 0.0, 0L);
                for (var seed = 1; seed <= Seeds; seed++)
                {
                    var random = new Random(seed);
                    var weights = new int[Side * Side];
                    for (var k = 0; k < weights.Length; k++)
                    {
                        weights[k] = weight(random);
                    }

                    var matrix = new IntegerMatrix(Side, Side, weights);
                    var start = Machine.CpuSeconds;
                    var graph = MatrixOptimiser.Optimise(matrix, new() { EffortPercent = effort });
                    seconds = Math.Max(seconds, Machine.CpuSeconds - start);
                    var proof = GraphProof.Of(graph, matrix);
                    adders += graph.Adders;
                    bits += GraphCost.Of(graph, ValueRange.Int8).FullAdderBits;
                    beyond = Math.Max(beyond, graph.Depth - matrix.MinimumDepth);
                    errors += proof.WrongWeights + proof.WrongProducts;
                }

                const double Weights = Seeds * Side * Side;
                output.WriteLine($"{name,-24} {(effort == 0 ? "greedy" : "search"),-6} {adders / Weights:0.000} adders ({goal:0.00} asked), {bits / Weights:0.00} full adders per weight, depth minimum + {beyond}, at most {seconds:0.0} CPU s, {errors} errors");
            }
        }
    }

    private static int Bell(Random random, double deviation)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return (int)Math.Clamp(Math.Round(normal * deviation), -8, 7);
    }
}
