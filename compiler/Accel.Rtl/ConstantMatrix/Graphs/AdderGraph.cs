namespace Accel.Rtl.ConstantMatrix.Graphs;

/// <summary>A two-input adder or subtractor: <c>(A &lt;&lt; ShiftA) + (B &lt;&lt; ShiftB)</c>, or minus; one of the shifts is zero.</summary>
/// <param name="A">Signal of the first operand: an input, or a node that stands before this one.</param>
/// <param name="ShiftA">Places that the first operand is shifted left.</param>
/// <param name="B">Signal of the second operand.</param>
/// <param name="ShiftB">Places that the second operand is shifted left.</param>
/// <param name="Subtract">Whether the second operand is subtracted.</param>
public readonly record struct AdderNode(int A, int ShiftA, int B, int ShiftB, bool Subtract);

/// <summary>One entry of the product: a signal, shifted left and perhaps negated, or zero.</summary>
/// <param name="Signal">An input or a node; -1 if the entry is always zero.</param>
/// <param name="Shift">Places that the signal is shifted left.</param>
/// <param name="Negate">Whether the entry is the negative of that, which takes an incrementer.</param>
public readonly record struct GraphOutput(int Signal, int Shift, bool Negate)
{
    public const int Zero = -1;

    public bool IsZero => Signal == Zero;
}

/// <summary>
/// A matrix-vector product as additions, subtractions and shifts. Signals are numbered: the inputs, then the nodes in an order in which
/// operands come first.
/// </summary>
public sealed class AdderGraph
{
    private readonly AdderNode[] _nodes;
    private readonly GraphOutput[] _outputs;
    private readonly int[] _depths;

    /// <param name="inputs">Entries of the vector.</param>
    /// <param name="nodes">Owned by the graph from here on.</param>
    /// <param name="outputs">Owned by the graph from here on.</param>
    /// <exception cref="ArgumentException">A node reads a signal that does not stand before it, or an output one that does not exist.</exception>
    public AdderGraph(int inputs, AdderNode[] nodes, GraphOutput[] outputs)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(outputs);
        (Inputs, _nodes, _outputs) = (inputs, nodes, outputs);
        _depths = new int[inputs + nodes.Length];
        for (var k = 0; k < nodes.Length; k++)
        {
            var (a, shiftA, b, shiftB, _) = nodes[k];
            var signal = inputs + k;
            if ((uint)a >= (uint)signal || (uint)b >= (uint)signal || Math.Min(shiftA, shiftB) != 0 || Math.Max(shiftA, shiftB) > 63)
            {
                throw new ArgumentException($"node {signal} is no sum of earlier signals: {nodes[k]}", nameof(nodes));
            }

            _depths[signal] = Math.Max(_depths[a], _depths[b]) + 1;
        }

        foreach (var output in outputs)
        {
            if (output.Signal < GraphOutput.Zero || output.Signal >= Signals || output.Shift is < 0 or > 63)
            {
                throw new ArgumentException($"no such signal: {output}", nameof(outputs));
            }

            Depth = Math.Max(Depth, output.IsZero ? 0 : _depths[output.Signal]);
        }
    }

    public int Inputs { get; }

    /// <summary>Inputs and nodes together.</summary>
    public int Signals => Inputs + _nodes.Length;

    /// <summary>Two-input adders and subtractors.</summary>
    public int Adders => _nodes.Length;

    /// <summary>Adders on the longest way from an input to an output.</summary>
    public int Depth { get; }

    /// <summary>Outputs that have to be negated behind their signal: sums of nothing but negative terms.</summary>
    public int NegatedOutputs => _outputs.Count(output => output.Negate);

    /// <summary>Node k computes signal <c>Inputs + k</c>.</summary>
    public ReadOnlySpan<AdderNode> Nodes => _nodes;

    public ReadOnlySpan<GraphOutput> Outputs => _outputs;

    /// <summary>Adders on the longest way from an input to the signal; 0 for an input.</summary>
    public int DepthOf(int signal) => _depths[signal];

    /// <summary>The product with one vector.</summary>
    /// <param name="x">One value for each input.</param>
    /// <exception cref="OverflowException">A value leaves 64 bits.</exception>
    public long[] Evaluate(ReadOnlySpan<long> x)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(x.Length, Inputs);
        var values = new long[Signals];
        x.CopyTo(values);
        for (var k = 0; k < _nodes.Length; k++)
        {
            var (a, shiftA, b, shiftB, subtract) = _nodes[k];
            var (left, right) = (checked(values[a] * (1L << shiftA)), checked(values[b] * (1L << shiftB)));
            values[Inputs + k] = subtract ? checked(left - right) : checked(left + right);
        }

        var y = new long[_outputs.Length];
        for (var j = 0; j < y.Length; j++)
        {
            var (signal, shift, negate) = _outputs[j];
            var value = signal == GraphOutput.Zero ? 0 : checked(values[signal] * (1L << shift));
            y[j] = negate ? checked(-value) : value;
        }

        return y;
    }
}
