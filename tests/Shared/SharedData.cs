namespace Accel.Tests.Shared;

/// <summary>The reference data that lies beside the repository, in <c>../shared</c>; tests that need it are skipped without it.</summary>
internal static class SharedData
{
    private static readonly string? _root = Repository.Root is { } root && Directory.GetParent(root) is { } parent ? System.IO.Path.Combine(parent.FullName, "shared") : null;

    /// <summary>Full path of a file or folder under <c>../shared</c>; skips the calling test when it is absent.</summary>
    public static string Path(params string[] parts)
    {
        var path = _root is null ? null : System.IO.Path.Combine([_root, .. parts]);
        Skip.IfNot(path is not null && (File.Exists(path) || Directory.Exists(path)), $"needs ../shared/{string.Join('/', parts)}");
        return path!;
    }
}
