using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>
/// What a serial product whose outputs take turns adds up: in pass p lane l carries one of them. What outputs share is there once and at work in every pass;
/// their own terms are chosen by the pass, and leave for the adder of the lane, which may serve other products in other passes. Ports: <c>start</c>, high in
/// the cycle before the lowest bits; <c>pass</c>, one of its bits high, or none at rest; <c>x</c>; <c>terms</c>, a bit of each place of <see cref="Layout"/>, 0 where
/// a pass has none. What a lane adds up lacks <see cref="Lack"/>, a constant of each output.
/// </summary>
internal sealed class SerialTerms
{
    private readonly SerialGraph _graph;
    private readonly TurnPlan[] _lanes;
    private readonly HashSet<int> _outputs = [];
    private readonly int _passes;

    /// <param name="graph">The product; each output has a sum that no other reads.</param>
    /// <param name="placeOf">Pass and lane of each output.</param>
    public SerialTerms(SerialGraph graph, int passes, int lanes, Func<int, (int Pass, int Lane)> placeOf)
    {
        (_graph, _passes) = (graph, passes);
        var turns = new SerialTerm[lanes][][];
        for (var lane = 0; lane < lanes; lane++)
        {
            turns[lane] = [.. Enumerable.Repeat(Array.Empty<SerialTerm>(), passes)];
        }

        for (var j = 0; j < graph.Outputs.Length; j++)
        {
            var (pass, lane) = placeOf(j);
            if (graph.Outputs[j] >= 0)
            {
                _outputs.Add(graph.Outputs[j]);
                turns[lane][pass] = graph.Sum(graph.Outputs[j] - graph.Inputs).ToArray();
            }
        }

        _lanes = [.. turns.Select(sums => new TurnPlan(sums))];
        Layout = new([.. _lanes.Select(lane => lane.Slots.Select(slot => slot.Shift).ToArray())]);
    }

    /// <summary>The places that its terms take.</summary>
    public LaneLayout Layout { get; }

    /// <param name="name">The module's name.</param>
    /// <param name="cells">What sums are made of; null for words.</param>
    public Module Build(string name, SerialCells? cells)
    {
        var m = new Module(name, $"Terms of a constant matrix-vector product, {_graph.Inputs} x {_graph.Outputs.Length}, bit-serial: {_lanes.Length} outputs at a time in {_passes} pass(es).");
        var start = m.Input("start", comment: "high in the cycle before the lowest bits");
        var pass = m.Input("pass", _passes, "one of them high");
        var x = m.Input("x", _graph.Inputs, "bit t of every input in cycle t");
        var sums = new SerialSums(m, cells, start, x, _graph.Signals);
        for (var k = 0; k < _graph.Sums; k++)
        {
            if (!_outputs.Contains(_graph.Inputs + k))
            {
                sums.Add(_graph.Inputs + k, _graph.Sum(k));
            }
        }

        var terms = _lanes.SelectMany(lane => lane.Slots).Select(Chosen).ToArray();
        m.Output("terms", terms.Length == 0 ? Unsigned.Constant(1, 0) : Unsigned.Concat([.. terms.Reverse()]), "the first lane lowest");
        return m;

        Unsigned Chosen(TurnSlot slot)
        {
            Unsigned? any = null;
            for (var p = 0; p < _passes; p++)
            {
                if (slot.Terms[p] is { } term)
                {
                    var own = sums.Operand(term) & pass[p];
                    any = any is { } others ? others | own : own;
                }
            }

            return any!.Value;
        }
    }

    /// <summary>What is to be added to an output: negative terms come inverted, one short of their value at each place.</summary>
    public long Lack(int output)
    {
        var lack = 0L;
        if (_graph.Outputs[output] >= 0)
        {
            foreach (var term in _graph.Sum(_graph.Outputs[output] - _graph.Inputs))
            {
                lack += term.Negative ? 1L << term.Shift : 0;
            }
        }

        return lack;
    }
}
