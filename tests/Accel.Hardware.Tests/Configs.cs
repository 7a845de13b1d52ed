using Accel.Hardware;

namespace Accel.Hardware.Tests;

/// <summary>The shipped configs, as they lie in the repository.</summary>
internal static class Configs
{
    public static string Folder { get; } = Find();

    public static string Text(string name) => File.ReadAllText(Path.Combine(Folder, name + ".yaml"));

    public static HardwareConfig Load(string name) => HardwareConfigLoader.Parse(name + ".yaml", Text(name));

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Accel.sln")))
            {
                return Path.Combine(folder.FullName, "hw-configs");
            }
        }

        throw new DirectoryNotFoundException("no folder above the tests holds Accel.sln");
    }
}
