namespace Accel.Rtl.ConstantMatrix.Graphs;

/// <summary>Value ranges of a graph's signals and what its adders cost in full adders, for inputs of a known range.</summary>
public sealed class GraphCost
{
    private readonly ValueRange[] _ranges;

    private GraphCost(AdderGraph graph, ValueRange[] ranges) => (Graph, _ranges) = (graph, ranges);

    public AdderGraph Graph { get; }

    /// <summary>Full adders of all adders and negations, each as wide as its values need.</summary>
    public long FullAdderBits { get; private init; }

    /// <param name="graph">The graph.</param>
    /// <param name="input">What each input can be.</param>
    public static GraphCost Of(AdderGraph graph, ValueRange input)
    {
        var ranges = new ValueRange[graph.Signals];
        Coefficients.Visit(graph, (first, width, block) =>
        {
            var count = Math.Min(width, graph.Inputs - first);
            for (var signal = 0; signal < ranges.Length; signal++)
            {
                foreach (var coefficient in block.AsSpan(signal * width, count))
                {
                    ranges[signal] += input.Times(coefficient);
                }
            }
        });
        var bits = 0L;
        for (var k = 0; k < graph.Adders; k++)
        {
            bits += BitsOf(graph.Nodes[k], ranges[graph.Inputs + k]);
        }

        foreach (var output in graph.Outputs)
        {
            bits += output.Negate ? ranges[output.Signal].Times(-1).SignedBits : 0;
        }

        return new(graph, ranges) { FullAdderBits = bits };
    }

    /// <summary>What a signal can be, exactly: reached by some vector of inputs at their ends.</summary>
    public ValueRange RangeOf(int signal) => _ranges[signal];

    /// <summary>Full adders of node <paramref name="node"/>.</summary>
    public int FullAddersOf(int node) => BitsOf(Graph.Nodes[node], _ranges[Graph.Inputs + node]);

    /// <summary>One full adder per bit of the sum, but none for the low bits that one operand alone passes on unchanged.</summary>
    private static int BitsOf(AdderNode node, ValueRange sum)
    {
        var passed = node.Subtract && node.ShiftA > 0 ? 0 : Math.Max(node.ShiftA, node.ShiftB);
        return Math.Max(0, sum.SignedBits - passed);
    }
}
