namespace Accel.Compiler.Tests.Emit;

/// <summary>The hardware configs of the repository.</summary>
internal static class Configs
{
    public static string Path(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Accel.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no folder above the tests holds Accel.sln");
        }

        return System.IO.Path.Combine(folder.FullName, "hw-configs", $"{name}.yaml");
    }
}
