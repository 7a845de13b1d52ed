using Accel.Graph.Ops;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>
/// Reads rotary frequencies from a Hugging Face config: <c>rope_theta</c> and <c>rope_scaling</c>, or <c>rope_parameters</c>, which
/// holds both since transformers 5.
/// </summary>
internal static class RopeConfig
{
    /// <param name="config">The configuration.</param>
    /// <param name="rotaryDims">Rotating elements of a head.</param>
    /// <param name="absentTheta">The base where the config states none.</param>
    /// <exception cref="Accel.Core.Diagnostics.InputException">A scaling scheme that is not known.</exception>
    public static double[] Frequencies(ConfigSource config, long rotaryDims, double absentTheta = 10_000)
    {
        Unsupported.UnlessNumber(config, "partial_rotary_factor", 1);
        var json = config as JsonConfig;
        var parameters = json?.OptionalSection("rope_parameters");
        if (parameters is not null)
        {
            Unsupported.UnlessNumber(parameters, "partial_rotary_factor", 1);
        }

        var scaling = parameters ?? json?.OptionalSection("rope_scaling");
        var theta = scaling is not null && scaling.Has("rope_theta") ? scaling.Number("rope_theta") : config.OptionalNumber("rope_theta", absentTheta);
        var frequencies = RopeFrequencies.Default(theta, rotaryDims);
        if (scaling is null)
        {
            return frequencies;
        }

        var key = scaling.Has("rope_type") || !scaling.Has("type") ? "rope_type" : "type";

        // A base of its own is enough; a section that says neither (one per kind of layer, say) is not understood.
        return (parameters is not null && parameters.Has("rope_theta") ? scaling.OptionalString(key, "default") : scaling.String(key)) switch
        {
            "default" => frequencies,
            "linear" => RopeFrequencies.Linear(frequencies, scaling.Number("factor")),
            "llama3" => Llama3(scaling, frequencies),
            var other => throw scaling.Fault(key, "'default', 'linear' or 'llama3'", $"'{other}'"),
        };
    }

    private static double[] Llama3(JsonConfig scaling, double[] frequencies)
    {
        var low = scaling.Number("low_freq_factor");
        var high = scaling.Number("high_freq_factor");
        return high > low
            ? RopeFrequencies.Llama3(frequencies, scaling.Number("factor"), low, high, scaling.Number("original_max_position_embeddings", 1))
            : throw scaling.Fault("high_freq_factor", $"more than low_freq_factor {low:R}", $"{high:R}");
    }
}
