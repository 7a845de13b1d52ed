namespace Accel.Tests.Shared;

/// <summary>Where the sources lie, for tests that read them.</summary>
internal static class Repository
{
    /// <summary>The folder that holds the solution, or null where the tests run away from their sources.</summary>
    public static string? Root { get; } = Find();

    private static string? Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Accel.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName;
    }
}
