using Accel.Core.Diagnostics;
using Accel.Hardware;

namespace Accel.Cli.Integer;

/// <summary>Hardware configs by path, or by the name of one that comes with the program.</summary>
internal static class HardwareConfigs
{
    private static string BundledFolder => Path.Combine(AppContext.BaseDirectory, "hw-configs");

    /// <summary>The configs that can be named without a path, in the order of their names.</summary>
    public static IReadOnlyList<string> BundledNames =>
        [.. Directory.EnumerateFiles(BundledFolder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <exception cref="InputException">No such config, or faults in it.</exception>
    public static HardwareConfig Load(string config)
    {
        if (File.Exists(config))
        {
            return HardwareConfigLoader.Load(config);
        }

        var names = BundledNames;
        return names.Contains(config)
            ? HardwareConfigLoader.Load(Path.Combine(BundledFolder, $"{config}.yaml"))
            : throw new InputException(config, "", "a config file, or one of " + string.Join(", ", names), "none of these" + Suggestion.Phrase(config, names));
    }
}
