namespace Accel.Rtl.ConstantMatrix.Graphs;

/// <summary>What each signal is a multiple of: its coefficient for every input, exact, computed for some inputs at a time.</summary>
internal static class Coefficients
{
    private const long LargestBlock = 1 << 23;

    /// <summary>Visits the inputs in blocks, so that a graph of any size takes bounded memory.</summary>
    /// <param name="visit">Gets the block's first input, its width, and the coefficients, <c>[signals, width]</c>, valid during the call.</param>
    public static void Visit(AdderGraph graph, Action<int, int, long[]> visit)
    {
        var width = (int)Math.Clamp(LargestBlock / graph.Signals, 1, graph.Inputs);
        var block = new long[(long)graph.Signals * width];
        for (var first = 0; first < graph.Inputs; first += width)
        {
            var count = Math.Min(width, graph.Inputs - first);
            Array.Clear(block);
            for (var i = 0; i < count; i++)
            {
                block[((long)(first + i) * width) + i] = 1;
            }

            for (var k = 0; k < graph.Adders; k++)
            {
                var node = graph.Nodes[k];
                var a = block.AsSpan(node.A * width, count);
                var b = block.AsSpan(node.B * width, count);
                var sum = block.AsSpan((graph.Inputs + k) * width, count);
                var (factorA, factorB) = (1L << node.ShiftA, node.Subtract ? -(1L << node.ShiftB) : 1L << node.ShiftB);
                for (var i = 0; i < count; i++)
                {
                    sum[i] = checked((a[i] * factorA) + (b[i] * factorB));
                }
            }

            visit(first, width, block);
        }
    }
}
