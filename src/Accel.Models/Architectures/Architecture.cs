using Accel.Core.Formats;
using Accel.Graph;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>How a family of checkpoints becomes a graph. One file per family; <see cref="ArchitectureCatalogue"/> lists them.</summary>
internal abstract class Architecture
{
    /// <summary>The family's name in messages and reports.</summary>
    public abstract string Name { get; }

    /// <summary>What <c>model_type</c> says in the family's config.json files.</summary>
    public virtual IReadOnlyList<string> ModelTypes => [];

    /// <summary>What <c>general.architecture</c> says in the family's GGUF files.</summary>
    public virtual IReadOnlyList<string> GgufNames => [];

    /// <summary>From a Hugging Face config, with or without weights beside it.</summary>
    public virtual Definition FromConfig(ConfigSource config) => throw new NotSupportedException(Name);

    /// <summary>From GGUF metadata and tensors; which of them exist decides ties and biases.</summary>
    public virtual Definition FromGguf(ConfigSource metadata, IReadOnlyDictionary<string, StoredTensor> tensors) => throw new NotSupportedException(Name);
}

/// <summary>What an architecture makes of a checkpoint.</summary>
/// <param name="Graph">The step function.</param>
/// <param name="ContextLength">Positions that the model was made for.</param>
/// <param name="Names">Where each parameter stands in the checkpoint.</param>
internal sealed record Definition(ModelGraph Graph, long ContextLength, TensorNames Names);
