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

    /// <summary>The stored weights, checked: every parameter bound, every value finite.</summary>
    /// <exception cref="InputException">The model is a shape without weights.</exception>
    public WeightSet Weights
    {
        get => _weights ?? throw new InputException(Path, "", "a checkpoint with weights", "a shape without weights");
        init => _weights = value;
    }

    public bool HasWeights => _weights is not null;

    /// <exception cref="InputException">The checkpoint has no tokenizer, or one that cannot be read.</exception>
    public Tokenizer Tokenizer => TokenizerSource?.Value ?? throw new InputException(Path, "", "a checkpoint with a tokenizer", "none beside it");

    public bool HasTokenizer => TokenizerSource is not null;

    /// <summary>Reads the tokenizer when it is first asked for: what works on token ids alone needs none that is understood.</summary>
    internal Lazy<Tokenizer>? TokenizerSource { get; init; }
}
