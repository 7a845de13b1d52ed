using Accel.Compiler.Quantization;
using Accel.Isa;

namespace Accel.Compiler.Tiling;

/// <summary>The least bytes that runs of a model must move between memory and chip, whatever the schedule.</summary>
public static class BytesNeeded
{
    /// <summary>Per operator of the program, over all runs.</summary>
    /// <param name="graph">The model; an operator that it does not have needs nothing.</param>
    /// <param name="program">Says which states live on chip.</param>
    /// <param name="runs">Position and tokens of each.</param>
    public static IReadOnlyList<long> ByOperator(QuantizedGraph graph, CompiledProgram program, IReadOnlyCollection<(long Position, long Tokens)> runs)
    {
        var ops = graph.Ops.ToDictionary(op => op.Result.Name, StringComparer.Ordinal);
        var residents = program.Residents.Select(resident => resident.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. program.Operators.Select(entry => ops.TryGetValue(entry.Name, out var op)
                ? runs.Sum(run => LowerBound.Bytes(graph, op, state => residents.Contains(state.Name), run.Position, run.Tokens))
                : 0),
        ];
    }
}
