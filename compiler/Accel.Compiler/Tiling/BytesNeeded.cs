using Accel.Compiler.Quantization;

namespace Accel.Compiler.Tiling;

/// <summary>The least bytes that runs of a model must move between memory and chip, whatever the schedule.</summary>
public static class BytesNeeded
{
    /// <summary>Per operator, over all runs.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="operators">Names as a program lists them; an operator that the graph does not have needs nothing.</param>
    /// <param name="runs">Position and tokens of each.</param>
    public static IReadOnlyList<long> ByOperator(QuantizedGraph graph, IEnumerable<string> operators, IReadOnlyCollection<(long Position, long Tokens)> runs)
    {
        var ops = graph.Ops.ToDictionary(op => op.Result.Name, StringComparer.Ordinal);
        return [.. operators.Select(name => ops.TryGetValue(name, out var op) ? runs.Sum(run => LowerBound.Bytes(graph, op, run.Position, run.Tokens)) : 0)];
    }
}
