using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>Two texts of the same logic: they differ in nothing that can be observed at the ports.</summary>
public enum LogicView
{
    /// <summary>Adders as words: what a simulator is fast at.</summary>
    Words,

    /// <summary>Full and half adders as modules of their own: what synthesis maps to cells one by one.</summary>
    Cells,
}

/// <summary>
/// A constant matrix-vector product on bits, least significant first. <c>start</c> is high in the cycle before the lowest bits; bit t of
/// all inputs at <c>x</c> gives bit t of all outputs at <c>y</c> in the same cycle. Inputs repeat their sign as long as bits of the outputs
/// are wanted; a vector may follow the one before without a gap, its <c>start</c> in the last cycle of that one. While <c>start</c> is held
/// and inputs are 0, outputs are 0.
/// </summary>
public static class SerialProduct
{
    /// <param name="name">The module's name.</param>
    /// <param name="graph">What it computes.</param>
    /// <param name="view">For simulation or for synthesis.</param>
    public static Module Build(string name, SerialGraph graph, LogicView view) => Build(name, graph, view == LogicView.Cells ? new SerialCells() : null);

    /// <param name="cells">What its sums are made of; null for words.</param>
    internal static Module Build(string name, SerialGraph graph, SerialCells? cells)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var m = new Module(name, $"Constant matrix-vector product, {graph.Inputs} x {graph.Outputs.Length}, bit-serial, least significant bit first: {graph.Sums} shared sums.");
        var start = m.Input("start", comment: "high in the cycle before the lowest bits");
        var x = m.Input("x", graph.Inputs, "bit t of every input in cycle t");
        var bits = new Unsigned[graph.Signals];
        var inverted = new Unsigned?[graph.Signals];
        for (var i = 0; i < graph.Inputs; i++)
        {
            bits[i] = x[i];
        }

        for (var k = 0; k < graph.Sums; k++)
        {
            var terms = graph.Sum(k);
            var adder = new ColumnAdder(terms);
            var operands = new Unsigned[terms.Length];
            for (var t = 0; t < operands.Length; t++)
            {
                var signal = terms[t].Signal;
                operands[t] = terms[t].Negative ? inverted[signal] ??= m.Wire($"not_{signal}", ~bits[signal]) : bits[signal];
            }

            // One term, as it is: nothing to add and nothing to keep.
            bits[graph.Inputs + k] = adder.StateBits == 0 ? operands[0]
                : cells is null ? Words(m, graph.Inputs + k, terms, operands, adder, start)
                : Cells(m, cells, graph.Inputs + k, terms, operands, start);
        }

        var y = new Unsigned[graph.Outputs.Length];
        for (var j = 0; j < y.Length; j++)
        {
            var signal = graph.Outputs[j];
            y[y.Length - 1 - j] = signal < 0 ? Unsigned.Constant(1, 0) : bits[signal];
        }

        m.Output("y", Unsigned.Concat(y), "bit t of every output in cycle t");
        return m;
    }

    private static Unsigned Words(Module m, int signal, ReadOnlySpan<SerialTerm> terms, Unsigned[] operands, ColumnAdder adder, Unsigned start)
    {
        var state = m.Register($"state_{signal}", adder.StateBits);
        var level = new List<Unsigned> { state };
        for (var t = 0; t < operands.Length; t++)
        {
            level.Add(operands[t].ShiftLeft(terms[t].Shift));
        }

        while (level.Count > 1)
        {
            var next = new List<Unsigned>();
            for (var i = 0; i + 1 < level.Count; i += 2)
            {
                next.Add(level[i] + level[i + 1]);
            }

            level = level.Count % 2 == 0 ? next : [.. next, level[^1]];
        }

        var sum = m.Wire($"sum_{signal}", level[0]);
        state.Next(start, adder.Start).Next(sum.ShiftRight(1).Resize(adder.StateBits));
        return sum[0];
    }

    private static Unsigned Cells(Module m, SerialCells cells, int signal, ReadOnlySpan<SerialTerm> terms, Unsigned[] operands, Unsigned start)
    {
        // Terms of one shift are alike: in ascending order, sums of the same shape are the same module.
        var order = new (SerialTerm Term, Unsigned Bit)[terms.Length];
        for (var t = 0; t < order.Length; t++)
        {
            order[t] = (terms[t], operands[t]);
        }

        order = [.. order.OrderBy(operand => operand.Term.Shift)];
        var adder = new ColumnAdder([.. order.Select(operand => operand.Term)]);
        return m.Instance(cells.Sum([.. order.Select(operand => operand.Term.Shift)], adder), $"s{signal}")
            .Connect("start", start)
            .Connect("first_state", Unsigned.Constant(adder.StateBits, adder.Start))
            .Connect("x", Unsigned.Concat([.. order.Reverse().Select(operand => operand.Bit)]))["y"];
    }
}
