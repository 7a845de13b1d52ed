using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>Refuses settings that would change what a model computes and that its architecture here does not honour.</summary>
internal static class Unsupported
{
    /// <exception cref="InputException">The key is there and says something else.</exception>
    public static void UnlessText(ConfigSource config, string key, string expected)
    {
        if (config.OptionalString(key, expected) is var found && found != expected)
        {
            throw config.Fault(key, $"'{expected}'", $"'{found}'");
        }
    }

    /// <exception cref="InputException">The key is there and says something else.</exception>
    public static void UnlessFlag(ConfigSource config, string key, bool expected)
    {
        if (config.OptionalBool(key, expected) != expected)
        {
            throw config.Fault(key, $"{Word(expected)}: nothing else is supported", Word(!expected));
        }
    }

    /// <summary>Numbers agree if they differ by less than the rounding of float32.</summary>
    /// <exception cref="InputException">The key is there and says something else.</exception>
    public static void UnlessNumber(ConfigSource config, string key, double expected)
    {
        var found = config.OptionalNumber(key, expected, -double.MaxValue);
        if (Math.Abs(found - expected) > 1e-6 * Math.Abs(expected))
        {
            throw config.Fault(key, $"{expected:R}: nothing else is supported", $"{found:R}");
        }
    }

    /// <exception cref="InputException">The key has a value.</exception>
    public static void IfPresent(ConfigSource config, string key, string expected)
    {
        if (config.Has(key))
        {
            throw config.Fault(key, expected, "the key");
        }
    }

    private static string Word(bool value) => value ? "true" : "false";
}
