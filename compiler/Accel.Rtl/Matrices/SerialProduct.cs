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
/// are wanted; a vector may follow the one before without a gap, its <c>start</c> in the last cycle of that one.
/// </summary>
public static class SerialProduct
{
    /// <param name="name">The module's name.</param>
    /// <param name="graph">What it computes.</param>
    /// <param name="view">For simulation or for synthesis.</param>
    public static Module Build(string name, SerialGraph graph, LogicView view)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var m = new Module(name, $"Constant matrix-vector product, {graph.Inputs} x {graph.Outputs.Length}, bit-serial, least significant bit first: {graph.Sums} shared sums.");
        var start = m.Input("start", comment: "high in the cycle before the lowest bits");
        var x = m.Input("x", graph.Inputs, "bit t of every input in cycle t");
        var cells = new CellLibrary();
        var bits = new Unsigned[graph.Signals];
        var inverted = new Unsigned?[graph.Signals];
        for (var i = 0; i < graph.Inputs; i++)
        {
            bits[i] = x[i];
        }

        for (var k = 0; k < graph.Sums; k++)
        {
            var terms = graph.Sum(k);
            var operands = new Unsigned[terms.Length];
            for (var t = 0; t < operands.Length; t++)
            {
                var signal = terms[t].Signal;
                operands[t] = terms[t].Negative ? inverted[signal] ??= m.Wire($"not_{signal}", ~bits[signal]) : bits[signal];
            }

            bits[graph.Inputs + k] = Sum(m, cells, view, graph.Inputs + k, terms, operands, start);
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

    private static Unsigned Sum(Module m, CellLibrary cells, LogicView view, int signal, ReadOnlySpan<SerialTerm> terms, Unsigned[] operands, Unsigned start)
    {
        var adder = new ColumnAdder(terms);
        if (adder.StateBits == 0)
        {
            // One term, as it is: nothing to add and nothing to keep.
            return operands[0];
        }

        var state = m.Register($"state_{signal}", adder.StateBits);
        var sum = view == LogicView.Words ? Words(m, signal, terms, operands, state) : Cells(m, cells, signal, adder, operands, state);
        state.Next(start, adder.Start).Next(sum.ShiftRight(1).Resize(adder.StateBits));
        return sum[0];
    }

    private static Unsigned Words(Module m, int signal, ReadOnlySpan<SerialTerm> terms, Unsigned[] operands, Unsigned state)
    {
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

        return m.Wire($"sum_{signal}", level[0]);
    }

    private static Unsigned Cells(Module m, CellLibrary cells, int signal, ColumnAdder adder, Unsigned[] operands, Unsigned state)
    {
        var bits = new List<Unsigned>(operands);
        for (var k = 0; k < adder.StateBits; k++)
        {
            bits.Add(state[k]);
        }

        for (var k = 0; k < adder.Cells.Count; k++)
        {
            var cell = adder.Cells[k];
            var instance = m.Instance(cell.C == ColumnAdder.None ? cells.HalfAdder : cells.FullAdder, $"u_{signal}_{k}").Connect("a", bits[cell.A]).Connect("b", bits[cell.B]);
            instance = cell.C == ColumnAdder.None ? instance : instance.Connect("c", bits[cell.C]);
            bits.Add(instance["sum"]);
            bits.Add(instance["carry"]);
        }

        var sum = new Unsigned[adder.Sum.Count];
        for (var k = 0; k < sum.Length; k++)
        {
            sum[sum.Length - 1 - k] = adder.Sum[k] == ColumnAdder.None ? Unsigned.Constant(1, 0) : bits[adder.Sum[k]];
        }

        return Unsigned.Concat(sum);
    }

    /// <summary>The cells that synthesis replaces by those of a process.</summary>
    private sealed class CellLibrary
    {
        public CellLibrary()
        {
            FullAdder = new("full_adder", "Adds three bits.");
            var (a, b, c) = (FullAdder.Input("a"), FullAdder.Input("b"), FullAdder.Input("c"));
            FullAdder.Output("sum", a ^ b ^ c);
            FullAdder.Output("carry", (a & b) | (c & (a ^ b)));
            HalfAdder = new("half_adder", "Adds two bits.");
            var (d, e) = (HalfAdder.Input("a"), HalfAdder.Input("b"));
            HalfAdder.Output("sum", d ^ e);
            HalfAdder.Output("carry", d & e);
        }

        public Module FullAdder { get; }

        public Module HalfAdder { get; }
    }
}
