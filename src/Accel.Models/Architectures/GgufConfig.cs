using Accel.Core.Formats;
using Accel.Graph.Ops;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>What GGUF files of several architectures say in the same way.</summary>
internal static class GgufConfig
{
    /// <summary>The vocabulary: the key if it stands there, else the rows of the embedding table.</summary>
    public static long Vocabulary(ConfigSource metadata, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        var key = $"{metadata.String("general.architecture")}.vocab_size";
        return metadata.Has(key) ? metadata.Integer(key, max: ExtentLimits.Vocabulary)
            : tensors.TryGetValue("token_embd.weight", out var table) && table.Shape is [var rows, _] ? rows
            : throw metadata.Fault(key, "the key, or a matrix token_embd.weight", "neither");
    }

    /// <summary>Rotary frequencies: base, linear scaling, and the divisors of <c>rope_freqs.weight</c>.</summary>
    public static double[] RopeFrequencies(ConfigSource metadata, IReadOnlyDictionary<string, StoredTensor> tensors, string prefix, long headWidth)
    {
        var rotary = metadata.OptionalInteger($"{prefix}.rope.dimension_count", headWidth);
        if (rotary > headWidth || rotary % 2 != 0)
        {
            throw metadata.Fault($"{prefix}.rope.dimension_count", $"an even number up to the head width {headWidth}", $"{rotary}");
        }

        var frequencies = Graph.Ops.RopeFrequencies.Default(metadata.OptionalNumber($"{prefix}.rope.freq_base", 10_000, double.Epsilon), rotary);
        var scaling = $"{prefix}.rope.scaling.type";
        frequencies = metadata.OptionalString(scaling, "linear") switch
        {
            "none" => frequencies,
            "linear" => Graph.Ops.RopeFrequencies.Linear(frequencies, LinearFactor(metadata, prefix)),
            var other => throw metadata.Fault(scaling, "'none' or 'linear'", $"'{other}'"),
        };
        if (!tensors.TryGetValue("rope_freqs.weight", out var divisors))
        {
            return frequencies;
        }

        return divisors.Elements == frequencies.Length
            ? Graph.Ops.RopeFrequencies.WithDivisors(frequencies, divisors.ToFloats())
            : throw metadata.Fault("rope_freqs.weight", $"{frequencies.Length} divisors", $"{divisors.Elements}");
    }

    /// <summary>How far positions are stretched: the key, else its older name, else 1; a stored 0 stands for 1.</summary>
    /// <remarks>Source: ggml-org/llama.cpp, llama-model.cpp, where an absent type means linear.</remarks>
    private static double LinearFactor(ConfigSource metadata, string prefix)
    {
        var factor = metadata.OptionalNumber($"{prefix}.rope.scaling.factor", metadata.OptionalNumber($"{prefix}.rope.scale_linear", 1, 0), 0);
        return factor == 0 ? 1 : factor;
    }
}
