using Accel.Rtl.ConstantMatrix.Sharing;

namespace Accel.Rtl.ConstantMatrix.Graphs;

/// <summary>
/// Turns networks of shared sums into a graph of two-input adders. Each sum becomes a tree that joins the shallowest terms first, which
/// gives the least depth, and among those the ones of like shift and size, which gives narrow adders. Equal adders are built once.
/// </summary>
internal sealed class GraphBuilder(int inputs, int outputs)
{
    private readonly List<AdderNode> _nodes = [];
    private readonly Dictionary<AdderNode, int> _known = [];
    private readonly List<int> _depths = [.. Enumerable.Repeat(0, inputs)];
    private readonly List<double> _sizes = [.. Enumerable.Repeat(1.0, inputs)];
    private readonly List<Operand>[] _outputTerms = [.. Enumerable.Range(0, outputs).Select(_ => new List<Operand>())];

    /// <summary>The graph of one network over all inputs and outputs.</summary>
    public static AdderGraph Build(SumNetwork network)
    {
        var builder = new GraphBuilder(network.Inputs, network.Outputs);
        builder.Add(network, 0, 0);
        return builder.Build();
    }

    /// <summary>Adds a network whose inputs and outputs are a range of this graph's; what several networks give one output is summed.</summary>
    public void Add(SumNetwork network, int firstInput, int firstOutput)
    {
        var built = new Operand?[network.Signals];
        for (var i = 0; i < network.Inputs; i++)
        {
            built[i] = new(firstInput + i, 0, false);
        }

        for (var j = 0; j < network.Outputs; j++)
        {
            foreach (var packed in network.Sum(network.Inputs + j))
            {
                var term = new Term(packed);
                _outputTerms[firstOutput + j].Add(Resolve(network, built, term.Signal).Scaled(term));
            }
        }
    }

    public AdderGraph Build()
    {
        var results = new GraphOutput[outputs];
        for (var j = 0; j < outputs; j++)
        {
            results[j] = _outputTerms[j].Count == 0 ? new(GraphOutput.Zero, 0, false) : Sum(_outputTerms[j]).AsOutput();
        }

        return new(inputs, [.. _nodes], results);
    }

    /// <summary>The operand of a signal; the depth of the recursion is the depth of the network.</summary>
    private Operand Resolve(SumNetwork network, Operand?[] built, int signal)
    {
        if (built[signal] is { } done)
        {
            return done;
        }

        var terms = new List<Operand>();
        foreach (var packed in network.Sum(signal))
        {
            var term = new Term(packed);
            terms.Add(Resolve(network, built, term.Signal).Scaled(term));
        }

        var sum = Sum(terms);
        built[signal] = sum;
        return sum;
    }

    private Operand Sum(List<Operand> terms)
    {
        var byDepth = new SortedDictionary<int, List<Operand>>();
        foreach (var term in terms)
        {
            Level(byDepth, _depths[term.Signal]).Add(term);
        }

        while (true)
        {
            var (depth, level) = byDepth.First();
            byDepth.Remove(depth);
            if (level.Count == 1 && byDepth.Count == 0)
            {
                return level[0];
            }

            level.Sort(ByShiftAndSize);
            var above = Level(byDepth, depth + 1);
            for (var i = 0; i + 1 < level.Count; i += 2)
            {
                above.Add(Join(level[i], level[i + 1]));
            }

            if (level.Count % 2 == 1)
            {
                above.Add(level[^1]);
            }
        }
    }

    private static List<Operand> Level(SortedDictionary<int, List<Operand>> levels, int depth) =>
        levels.TryGetValue(depth, out var level) ? level : levels[depth] = [];

    private int ByShiftAndSize(Operand x, Operand y) =>
        (x.Shift, _sizes[x.Signal], x.Signal, x.Negative).CompareTo((y.Shift, _sizes[y.Signal], y.Signal, y.Negative));

    private Operand Join(Operand x, Operand y)
    {
        // A difference is taken from the positive operand; two negative ones are added and negated further on.
        var subtract = x.Negative != y.Negative;
        var swap = subtract ? x.Negative : (x.Signal, x.Shift).CompareTo((y.Signal, y.Shift)) > 0;
        var (a, b) = swap ? (y, x) : (x, y);
        var shift = Math.Min(a.Shift, b.Shift);
        var node = new AdderNode(a.Signal, a.Shift - shift, b.Signal, b.Shift - shift, subtract);
        if (!_known.TryGetValue(node, out var signal))
        {
            signal = inputs + _nodes.Count;
            _nodes.Add(node);
            _known.Add(node, signal);
            _depths.Add(Math.Max(_depths[a.Signal], _depths[b.Signal]) + 1);
            _sizes.Add(Math.ScaleB(_sizes[a.Signal], node.ShiftA) + Math.ScaleB(_sizes[b.Signal], node.ShiftB));
        }

        return new(signal, shift, x.Negative && y.Negative);
    }

    /// <summary>A signal times a signed power of two.</summary>
    private readonly record struct Operand(int Signal, int Shift, bool Negative)
    {
        public Operand Scaled(Term term) => new(Signal, Shift + term.Shift, Negative ^ term.Negative);

        public GraphOutput AsOutput() => new(Signal, Shift, Negative);
    }
}
