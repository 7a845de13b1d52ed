using Accel.Hardware;
using Accel.Tests.Shared;

namespace Accel.Hardware.Tests;

/// <summary>The shipped configs, as they lie in the repository.</summary>
internal static class Configs
{
    public static string Folder { get; } =
        Path.Combine(Repository.Root ?? throw new DirectoryNotFoundException("no folder above the tests holds Accel.sln"), "hw-configs");

    public static string Text(string name) => File.ReadAllText(Path.Combine(Folder, name + ".yaml"));

    public static HardwareConfig Load(string name) => HardwareConfigLoader.Parse(name + ".yaml", Text(name));
}
