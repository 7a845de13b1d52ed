using Accel.Core.Diagnostics;
using Accel.Graph;
using Accel.Models.Tokenizers;

namespace Accel.Models;

/// <summary>An imported model: its graph, and what its checkpoint holds beside it. Shape-only models have no weights.</summary>
/// <param name="Name">The model's name, from its metadata or its file.</param>
/// <param name="Path">Where it was read from.</param>
/// <param name="Architecture">The family that built the graph.</param>
/// <param name="Graph">The step function.</param>
/// <param name="ContextLength">Positions that the model was made for.</param>
/// <param name="TensorNames">For each parameter the tensor that holds it.</param>
public sealed record Model(
    string Name, string Path, string Architecture, ModelGraph Graph, long ContextLength, IReadOnlyDictionary<string, string> TensorNames)
{
    private readonly WeightSet? _weights;
    private readonly Tokenizer? _tokenizer;

    /// <summary>The stored weights, checked: every parameter bound, every value finite.</summary>
    /// <exception cref="InputException">The model is a shape without weights.</exception>
    public WeightSet Weights
    {
        get => _weights ?? throw new InputException(Path, "", "a checkpoint with weights", "a shape without weights");
        init => _weights = value;
    }

    public bool HasWeights => _weights is not null;

    /// <exception cref="InputException">The checkpoint has no tokenizer.</exception>
    public Tokenizer Tokenizer
    {
        get => _tokenizer ?? throw new InputException(Path, "", "a checkpoint with a tokenizer", "none beside it");
        init => _tokenizer = value;
    }

    public bool HasTokenizer => _tokenizer is not null;
}
