using Accel.Hardware;
using Accel.Isa.Commands;

namespace Accel.Compiler.Tiling;

/// <summary>What a tile costs an array.</summary>
/// <param name="Busy">Cycles in which no other tile's passes go through it.</param>
/// <param name="Latency">Cycles until its last sums stand in the accumulators; the next tile's passes may follow meanwhile.</param>
/// <remarks>
/// A weight-stationary pass loads a tile of weights of one group, with their mantissas where the group begins, and streams the rows; with
/// two weight buffers the longer counts. An output-stationary pass streams the depth, as fast as the weight port delivers codes and
/// mantissas. 16-bit activations take twice the time. Loads are whole cycles, and the port gives a little less than its width where the scratchpad
/// shares its own: a cycle more for each.
/// </remarks>
internal readonly record struct PassCycles(long Busy, long Latency)
{
    /// <summary>Cycles from the tile's first load to its last sum.</summary>
    public long Total => Busy + Latency;

    public static PassCycles Of(MatMulArrayConfig arrays, Dataflow dataflow, MatMulShape shape, int tokens, int outputs, int depth, int fold)
    {
        var height = arrays.Rows / fold;
        var width = (int)Math.Min(outputs, (long)arrays.Columns * fold);
        var (blocks, rest) = (outputs / width, outputs % width);
        long Each(int wide) => dataflow == Dataflow.OutputStationary
            ? OutputStationary(arrays, shape, tokens, wide, depth, height)
            : WeightStationary(arrays, shape, tokens, wide, depth, height);
        var busy = (blocks * Each(width)) + (rest > 0 ? Each(rest) : 0);
        return new(busy, ((dataflow == Dataflow.OutputStationary ? 2L : 1L) * height) + arrays.Columns);
    }

    private static long OutputStationary(MatMulArrayConfig arrays, MatMulShape shape, int tokens, int outputs, int depth, int height)
    {
        var groups = (depth + shape.GroupSize - 1) / shape.GroupSize;
        var weights = Load(arrays, shape, (long)depth * outputs, (long)outputs * groups);
        return ((tokens + height - 1) / height) * Math.Max(Math.Max((long)depth * shape.ActivationBytes, height), weights);
    }

    private static long WeightStationary(MatMulArrayConfig arrays, MatMulShape shape, int tokens, int outputs, int depth, int height)
    {
        var stream = (long)tokens * shape.ActivationBytes;
        long Pass(int inputs, bool beginsGroup)
        {
            var load = Load(arrays, shape, (long)inputs * outputs, beginsGroup ? outputs : 0);
            return arrays.WeightBuffers > 1 ? Math.Max(stream, load) : stream + load;
        }

        long Group(int inputs)
        {
            var (whole, rest) = (inputs / height, inputs % height);
            return whole == 0 ? Pass(rest, true) : Pass(height, true) + ((whole - 1) * Pass(height, false)) + (rest > 0 ? Pass(rest, false) : 0);
        }

        var (groups, last) = (depth / shape.GroupSize, depth % shape.GroupSize);
        return (groups > 0 ? groups * Group(shape.GroupSize) : 0) + (last > 0 ? Group(last) : 0);
    }

    private static long Load(MatMulArrayConfig arrays, MatMulShape shape, long codes, long mantissas) =>
        (((codes * shape.CodeBits) + 7) / 8 + (2 * mantissas) + arrays.WeightPort.Value - 1) / arrays.WeightPort.Value + 1;
}
