using Accel.Graph.Ops;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>Reads rotary frequencies from a Hugging Face config: <c>rope_theta</c> and <c>rope_scaling</c>.</summary>
internal static class RopeConfig
{
    /// <exception cref="Accel.Core.Diagnostics.InputException">A scaling scheme that is not known.</exception>
    public static double[] Frequencies(ConfigSource config, long rotaryDims)
    {
        var frequencies = RopeFrequencies.Default(config.OptionalNumber("rope_theta", 10_000, double.Epsilon), rotaryDims);
        if (config is not JsonConfig json || !json.Has("rope_scaling"))
        {
            return frequencies;
        }

        var scaling = json.Section("rope_scaling");
        var key = scaling.Has("rope_type") ? "rope_type" : "type";
        return scaling.String(key) switch
        {
            "default" => frequencies,
            "linear" => RopeFrequencies.Linear(frequencies, scaling.Number("factor", double.Epsilon)),
            "llama3" => RopeFrequencies.Llama3(
                frequencies,
                scaling.Number("factor", double.Epsilon),
                scaling.Number("low_freq_factor", double.Epsilon),
                scaling.Number("high_freq_factor", double.Epsilon),
                scaling.Number("original_max_position_embeddings", 1)),
            var other => throw scaling.Fault(key, "'default', 'linear' or 'llama3'", $"'{other}'"),
        };
    }
}
