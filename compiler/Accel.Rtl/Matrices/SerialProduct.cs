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
    public static Module Build(string name, SerialGraph graph, LogicView view)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var m = new Module(name, $"Constant matrix-vector product, {graph.Inputs} x {graph.Outputs.Length}, bit-serial, least significant bit first: {graph.Sums} shared sums.");
        var start = m.Input("start", comment: "high in the cycle before the lowest bits");
        var x = m.Input("x", graph.Inputs, "bit t of every input in cycle t");
        var sums = new SerialSums(m, view == LogicView.Cells ? new() : null, start, x, graph.Signals);
        for (var k = 0; k < graph.Sums; k++)
        {
            sums.Add(graph.Inputs + k, graph.Sum(k));
        }

        var y = new Unsigned[graph.Outputs.Length];
        for (var j = 0; j < y.Length; j++)
        {
            var signal = graph.Outputs[j];
            y[y.Length - 1 - j] = signal < 0 ? Unsigned.Constant(1, 0) : sums[signal];
        }

        m.Output("y", Unsigned.Concat(y), "bit t of every output in cycle t");
        return m;
    }
}
