namespace Accel.Tests.Shared;

/// <summary>The reference data that lies beside the repository, in <c>../shared</c>; tests that need it are skipped without it.</summary>
internal static class SharedData
{
    private static readonly string? _root = Find();

    /// <summary>Full path of a file or folder under <c>../shared</c>; skips the calling test when it is absent.</summary>
    public static string Path(params string[] parts)
    {
        var path = _root is null ? null : System.IO.Path.Combine([_root, .. parts]);
        Skip.IfNot(path is not null && (File.Exists(path) || Directory.Exists(path)), $"needs ../shared/{string.Join('/', parts)}");
        return path!;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Accel.sln")))
            {
                return folder.Parent is { } parent ? System.IO.Path.Combine(parent.FullName, "shared") : null;
            }
        }

        return null;
    }
}
