using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>
/// A constant matrix-vector product on bits whose outputs take turns: in pass p lane l carries one of them. What outputs share is there once and at work in
/// every pass; their own terms are chosen by the pass and meet in one adder per lane. Ports: <c>start</c>, high in the cycle before the lowest bits; <c>pass</c>,
/// one of its bits high, or none at rest; <c>x</c>; <c>y</c>, a bit of each lane. What a lane carries lacks <see cref="Lack"/>, a constant of each output.
/// </summary>
internal static class SerialLanes
{
    /// <param name="name">The module's name.</param>
    /// <param name="graph">The product; each output has a sum that no other reads.</param>
    /// <param name="placeOf">Pass and lane of each output.</param>
    /// <param name="cells">What sums are made of; null for words.</param>
    public static Module Build(string name, SerialGraph graph, int passes, int lanes, Func<int, (int Pass, int Lane)> placeOf, SerialCells? cells)
    {
        var m = new Module(name, $"Constant matrix-vector product, {graph.Inputs} x {graph.Outputs.Length}, bit-serial: {lanes} outputs at a time in {passes} pass(es).");
        var start = m.Input("start", comment: "high in the cycle before the lowest bits");
        var pass = m.Input("pass", passes, "one of them high");
        var x = m.Input("x", graph.Inputs, "bit t of every input in cycle t");
        var sums = new SerialSums(m, graph, cells, start, x);
        var outputs = new HashSet<int>();
        var turns = new SerialTerm[lanes][][];
        for (var lane = 0; lane < lanes; lane++)
        {
            turns[lane] = [.. Enumerable.Repeat(Array.Empty<SerialTerm>(), passes)];
        }

        for (var j = 0; j < graph.Outputs.Length; j++)
        {
            var (p, lane) = placeOf(j);
            if (graph.Outputs[j] >= 0)
            {
                outputs.Add(graph.Outputs[j]);
                turns[lane][p] = graph.Sum(graph.Outputs[j] - graph.Inputs).ToArray();
            }
        }

        for (var k = 0; k < graph.Sums; k++)
        {
            if (!outputs.Contains(graph.Inputs + k))
            {
                sums.Build(k);
            }
        }

        var y = new Unsigned[lanes];
        for (var lane = 0; lane < lanes; lane++)
        {
            var operands = new TurnPlan(turns[lane]).Slots.Select((slot, k) => (slot.Shift, m.Wire($"lane_{lane}_{k}", Chosen(slot)))).ToArray();
            y[lanes - 1 - lane] = operands.Length == 0 ? Unsigned.Constant(1, 0) : sums.Sum($"lane_{lane}", operands, 0);
        }

        m.Output("y", Unsigned.Concat(y), "bit t of the outputs of the pass");
        return m;

        Unsigned Chosen(TurnSlot slot)
        {
            Unsigned? any = null;
            for (var p = 0; p < passes; p++)
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
    public static long Lack(SerialGraph graph, int output)
    {
        var lack = 0L;
        if (graph.Outputs[output] >= 0)
        {
            foreach (var term in graph.Sum(graph.Outputs[output] - graph.Inputs))
            {
                lack += term.Negative ? 1L << term.Shift : 0;
            }
        }

        return lack;
    }
}
