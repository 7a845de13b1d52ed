using Accel.Compiler.Quantization;
using Accel.Isa;

namespace Accel.Compiler.Tiling;

/// <summary>What a run does.</summary>
/// <param name="Positions">Tokens that each of its sequences has seen.</param>
/// <param name="TokensOfSequence">Tokens of each in this run.</param>
public sealed record RunWork(IReadOnlyList<long> Positions, long TokensOfSequence)
{
    /// <summary>Tokens of a run of one sequence.</summary>
    public RunWork(long position, long tokens)
        : this([position], tokens)
    {
    }

    /// <summary>Of all sequences.</summary>
    public long Tokens => Positions.Count * TokensOfSequence;
}

/// <summary>The least bytes that runs of a model must move between memory and chip, whatever the schedule.</summary>
public static class BytesNeeded
{
    /// <summary>Per operator of the program, over all runs.</summary>
    /// <param name="graph">The model; an operator that it does not have needs nothing.</param>
    /// <param name="program">Says which states live on chip.</param>
    /// <param name="runs">What each does.</param>
    public static IReadOnlyList<long> ByOperator(QuantizedGraph graph, CompiledProgram program, IReadOnlyCollection<RunWork> runs)
    {
        var ops = graph.Ops.ToDictionary(op => op.Result.Name, StringComparer.Ordinal);
        var residents = program.Residents.Select(resident => resident.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. program.Operators.Select(entry => ops.TryGetValue(entry.Name, out var op)
                ? runs.Sum(run => LowerBound.Bytes(graph, op, state => residents.Contains(state.Name), run))
                : 0),
        ];
    }
}
