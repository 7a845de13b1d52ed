using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Sim.Timing;

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

    /// <summary>A config whose memory can be simulated.</summary>
    /// <exception cref="InputException">As <see cref="Load"/>, or what the memory's standard has against it.</exception>
    public static HardwareConfig LoadForTiming(string config)
    {
        var hardware = Load(config);
        return MemoryFaults(config, hardware) is { Count: > 0 } faults ? throw new InputException(faults) : hardware;
    }

    /// <summary>What the memory's standard and the scratchpad's ports have against a config that is well-formed.</summary>
    public static IReadOnlyList<Diagnostic> MemoryFaults(string file, HardwareConfig hardware)
    {
        var faults = new List<Diagnostic>();
        foreach (var check in new Action[] { () => MemoryOfMachine.Of(hardware), () => ScratchpadShares.Of(hardware) })
        {
            try
            {
                check();
            }
            catch (InputException exception)
            {
                faults.AddRange(exception.Faults.Select(fault => fault with
                {
                    File = file,
                    Place = fault.File == hardware.Name ? fault.Place : $"memory.{fault.File}" + (fault.Place.Length > 0 ? $" of {fault.Place}" : ""),
                }));
            }
        }

        return faults;
    }
}
