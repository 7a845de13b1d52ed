using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Graphs;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class AdderGraphTests
{
    /// <summary>y0 = 5 x0 - x1, y1 = 2 (5 x0 - x1) + x2, y2 = -x2, y3 = 0.</summary>
    private static readonly IntegerMatrix _matrix = new(3, 4, [5, 10, 0, 0, -1, -2, 0, 0, 0, 1, -1, 0]);

    private static readonly AdderNode[] _nodes = [new(0, 0, 0, 2, false), new(3, 0, 1, 0, true), new(4, 1, 2, 0, false)];

    private static readonly GraphOutput[] _outputs = [new(4, 0, false), new(5, 0, false), new(2, 0, true), new(GraphOutput.Zero, 0, false)];

    private static AdderGraph Graph => new(3, [.. _nodes], [.. _outputs]);

    [Fact]
    public void A_graph_evaluates_to_the_product()
    {
        Assert.Equal([15 - 10, 30 - 20 + 7, -7, 0], Graph.Evaluate([3, 10, 7]));
        Assert.Equal(3, Graph.Depth);
        Assert.Equal(1, Graph.NegatedOutputs);
        Assert.True(GraphProof.Of(Graph, _matrix).Exact);
    }

    [Fact]
    public void Every_single_fault_is_found_by_coefficients_and_by_vectors()
    {
        var faults = 0;
        for (var k = 0; k < _nodes.Length; k++)
        {
            var (node, signal) = (_nodes[k], 3 + k);
            AdderNode[] wrong =
            [
                node with { Subtract = !node.Subtract },
                node with { ShiftA = node.ShiftA + 1, ShiftB = 0 },
                node with { ShiftA = 0, ShiftB = node.ShiftB + 1 },
                node with { A = (node.A + 1) % signal },
                node with { B = (node.B + 1) % signal },
            ];
            foreach (var fault in wrong)
            {
                var nodes = _nodes.ToArray();
                nodes[k] = fault;
                Refuse(new(3, nodes, [.. _outputs]));
                faults++;
            }
        }

        for (var j = 0; j < _outputs.Length; j++)
        {
            GraphOutput[] wrong = [_outputs[j] with { Negate = !_outputs[j].Negate, Signal = Math.Max(0, _outputs[j].Signal) }, _outputs[j] with { Signal = 1 }, new(3, 5, false)];
            foreach (var fault in wrong)
            {
                var outputs = _outputs.ToArray();
                outputs[j] = fault;
                Refuse(new(3, [.. _nodes], outputs));
                faults++;
            }
        }

        Assert.Equal(27, faults);
    }

    [Fact]
    public void A_node_reads_what_stands_before_it()
    {
        Assert.Throws<ArgumentException>(() => new AdderGraph(2, [new(0, 0, 2, 0, false)], []));
        Assert.Throws<ArgumentException>(() => new AdderGraph(2, [new(0, 1, 1, 1, false)], []));
        Assert.Throws<ArgumentException>(() => new AdderGraph(2, [], [new(2, 0, false)]));
    }

    [Fact]
    public void Ranges_are_reached_and_never_left()
    {
        var matrix = Matrices.Uniform(4, 3, -9, 9, 1);
        var graph = MatrixOptimiser.Optimise(matrix, new() { EffortPercent = 0 });
        var cost = GraphCost.Of(graph, new(-2, 1));
        var (least, most) = (new long[graph.Outputs.Length], new long[graph.Outputs.Length]);
        for (var code = 0; code < 256; code++)
        {
            var y = graph.Evaluate([(code & 3) - 2, ((code >> 2) & 3) - 2, ((code >> 4) & 3) - 2, ((code >> 6) & 3) - 2]);
            for (var j = 0; j < y.Length; j++)
            {
                (least[j], most[j]) = (Math.Min(least[j], y[j]), Math.Max(most[j], y[j]));
            }
        }

        for (var j = 0; j < least.Length; j++)
        {
            var output = graph.Outputs[j];
            Assert.Equal(new(least[j], most[j]), cost.RangeOf(output.Signal).Times((output.Negate ? -1L : 1L) << output.Shift));
        }
    }

    [Fact]
    public void Full_adders_are_counted_by_hand()
    {
        // x0 + 4 x0: -640 to 635 takes 11 bits, of which the low 2 pass. Less x1: -767 to 763 takes 11. Twice that plus x2: -1662 to 1653
        // takes 12 bits, of which the lowest passes. -x2: -127 to 128 takes 9.
        var cost = GraphCost.Of(Graph, ValueRange.Int8);
        Assert.Equal([11 - 2, 11, 12 - 1], [cost.FullAddersOf(0), cost.FullAddersOf(1), cost.FullAddersOf(2)]);
        Assert.Equal(9 + 11 + 11 + 9, cost.FullAdderBits);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(-1, 0, 1)]
    [InlineData(0, 1, 2)]
    [InlineData(-128, 127, 8)]
    [InlineData(-128, 128, 9)]
    [InlineData(-129, 0, 9)]
    public void Signed_bits_hold_both_ends(long min, long max, int bits) => Assert.Equal(bits, new ValueRange(min, max).SignedBits);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20)]
    public void A_pipelined_graph_gives_each_product_after_its_stages(int levels)
    {
        var matrix = Matrices.Uniform(10, 8, -20, 20, 6);
        var graph = MatrixOptimiser.Optimise(matrix, new() { EffortPercent = 0 });
        var schedule = PipelineSchedule.Of(GraphCost.Of(graph, ValueRange.Int8), levels);
        Assert.Equal((graph.Depth + levels - 1) / levels, schedule.Stages);

        // Cycle by cycle: each signal with its chain of registers, a new vector every cycle.
        var random = new Random(7);
        var vectors = Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, 10).Select(_ => (long)random.Next(-128, 128)).ToArray()).ToArray();
        var chains = Enumerable.Range(0, graph.Signals).Select(signal => new long[schedule.RegistersOf(signal) + 1]).ToArray();
        for (var cycle = 0; cycle < vectors.Length + schedule.Stages; cycle++)
        {
            for (var signal = 0; signal < graph.Signals; signal++)
            {
                var chain = chains[signal];
                Array.Copy(chain, 0, chain, 1, chain.Length - 1);
                if (signal < graph.Inputs)
                {
                    chain[0] = cycle < vectors.Length ? vectors[cycle][signal] : 0;
                    continue;
                }

                var node = graph.Nodes[signal - graph.Inputs];
                var stage = schedule.StageOf(signal);
                var (a, b) = (Read(node.A, stage) << node.ShiftA, Read(node.B, stage) << node.ShiftB);
                chain[0] = node.Subtract ? a - b : a + b;
            }

            if (cycle >= schedule.Stages)
            {
                var y = graph.Outputs.ToArray().Select(output => output.IsZero ? 0 : (output.Negate ? -1 : 1) * (Read(output.Signal, schedule.Stages + 1) << output.Shift));
                Assert.Equal(graph.Evaluate(vectors[cycle - schedule.Stages]), y);
            }
        }

        long Read(int signal, int stage) => chains[signal][stage - schedule.StageOf(signal)];
    }

    private static void Refuse(AdderGraph graph)
    {
        var proof = GraphProof.Of(graph, _matrix);
        Assert.True(proof is { Exact: false, WrongWeights: > 0, WrongProducts: > 0 });
    }
}
