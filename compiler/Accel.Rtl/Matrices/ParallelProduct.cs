using Accel.Rtl.ConstantMatrix.Graphs;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>
/// A constant matrix-vector product on whole words: the adder graph as sized two-input adders, pipelined. A vector may enter each cycle;
/// its products leave <see cref="PipelineSchedule.Stages"/> cycles later. Word i of <c>x</c> and word j of <c>y</c> are the lowest first;
/// outputs are two's complement words of one width.
/// </summary>
public static class ParallelProduct
{
    /// <param name="name">The module's name.</param>
    /// <param name="cost">The graph, and ranges for inputs of a two's complement width.</param>
    /// <param name="levels">Adders on the longest way through a stage.</param>
    public static Module Build(string name, GraphCost cost, int levels)
    {
        ArgumentNullException.ThrowIfNull(cost);
        var graph = cost.Graph;
        var schedule = PipelineSchedule.Of(cost, levels);
        var width = cost.RangeOf(0).SignedBits;
        var m = new Module(name, $"Constant matrix-vector product, {graph.Inputs} x {graph.Outputs.Length}: {graph.Adders} shared adders in {schedule.Stages} stage(s).") { IsAdders = true };
        var x = m.Input("x", graph.Inputs * width, $"inputs of {width} bits, the first lowest");

        // Each signal with its registers: chain[signal][k] is its value k cycles after its stage.
        var chains = new Signed[graph.Signals][];
        for (var signal = 0; signal < graph.Signals; signal++)
        {
            var value = signal < graph.Inputs
                ? x.Slice((width * (signal + 1)) - 1, width * signal).AsSigned()
                : m.Wire($"n{signal}", Add(graph.Nodes[signal - graph.Inputs], schedule.StageOf(signal)).Resize(cost.RangeOf(signal).SignedBits));
            var chain = chains[signal] = new Signed[schedule.RegistersOf(signal) + 1];
            chain[0] = value;
            for (var k = 1; k < chain.Length; k++)
            {
                chain[k] = m.Delay($"n{signal}_{k}", chain[k - 1]);
            }
        }

        var outputs = new Unsigned[graph.Outputs.Length];
        var outputWidth = OutputWidth(cost);
        for (var j = 0; j < outputs.Length; j++)
        {
            var (signal, shift, negate) = graph.Outputs[j];
            var value = signal == GraphOutput.Zero ? Signed.Constant(0) : Read(signal, schedule.Stages + 1).ShiftLeft(shift);
            outputs[outputs.Length - 1 - j] = (negate ? -value : value).Resize(outputWidth).AsUnsigned();
        }

        m.Output("y", Unsigned.Concat(outputs), $"outputs of {outputWidth} bits, the first lowest");
        return m;

        Signed Read(int signal, int stage) => chains[signal][stage - schedule.StageOf(signal)];

        Signed Add(AdderNode node, int stage)
        {
            var a = Read(node.A, stage);
            var b = Read(node.B, stage);

            // What one operand alone decides passes by the adder.
            if (node.ShiftB > 0)
            {
                return Joined(node.Subtract ? a.ShiftRight(node.ShiftB) - b : a.ShiftRight(node.ShiftB) + b, a, node.ShiftB);
            }

            return node.ShiftA == 0 || node.Subtract
                ? node.Subtract ? a.ShiftLeft(node.ShiftA) - b : a + b
                : Joined(a + b.ShiftRight(node.ShiftA), b, node.ShiftA);
        }

        static Signed Joined(Signed high, Signed low, int places) =>
            Unsigned.Concat(high.AsUnsigned(), low.Resize(Math.Max(low.Width, places)).AsUnsigned().Slice(places - 1, 0)).AsSigned();
    }

    /// <summary>Bits of each output word.</summary>
    public static int OutputWidth(GraphCost cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        var width = 1;
        foreach (var (signal, shift, negate) in cost.Graph.Outputs)
        {
            width = signal == GraphOutput.Zero ? width : Math.Max(width, cost.RangeOf(signal).Times((negate ? -1L : 1L) << shift).SignedBits);
        }

        return width;
    }
}
