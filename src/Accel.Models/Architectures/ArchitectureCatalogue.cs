using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>Every architecture that can be imported, one line each.</summary>
internal static class ArchitectureCatalogue
{
    public static IReadOnlyList<Architecture> All { get; } =
    [
        new AccelHybrid(),
        new Lfm2(),
        new Llama(),
        new Mamba(),
    ];

    /// <exception cref="InputException">No such architecture; names it and those that are supported.</exception>
    public static Architecture ForConfig(ConfigSource config) => Find(config, "model_type", config.String("model_type"), a => a.ModelTypes);

    /// <exception cref="InputException">No such architecture; names it and those that are supported.</exception>
    public static Architecture ForGguf(ConfigSource metadata) =>
        Find(metadata, "general.architecture", metadata.String("general.architecture"), a => a.GgufNames);

    private static Architecture Find(ConfigSource source, string key, string name, Func<Architecture, IReadOnlyList<string>> names) =>
        All.FirstOrDefault(architecture => names(architecture).Contains(name))
        ?? throw source.Fault(key, "a supported architecture: " + string.Join(", ", All.SelectMany(names)), $"'{name}'");
}
