namespace Accel.Compiler.Quantization;

/// <summary>
/// A model whose every number is an integer: ops in order over values and states, each with its formats and constants. The
/// arithmetic stands in this folder's README; the interpreter executes it.
/// </summary>
public sealed record QuantizedGraph
{
    public required string Name { get; init; }

    /// <summary>Values by id, in order of definition.</summary>
    public required IReadOnlyList<QuantizedValue> Values { get; init; }

    public required IReadOnlyList<QuantizedState> States { get; init; }

    /// <summary>Ops in an order in which every operand is defined before its use.</summary>
    public required IReadOnlyList<QuantizedOp> Ops { get; init; }

    /// <summary>Matrices, each once, however many ops read it.</summary>
    public required IReadOnlyList<WeightMatrix> Matrices { get; init; }

    /// <summary>Ids are below this.</summary>
    public required int VocabularySize { get; init; }

    public required LaneValue Logits { get; init; }

    /// <summary>Whether the matrices have data.</summary>
    public bool HasWeights => Matrices.All(matrix => matrix.HasData);
}
