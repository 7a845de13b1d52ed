using System.Text;
using Accel.Core.Diagnostics;

namespace Accel.Cli;

/// <summary>
/// Writes a folder whole or not at all: beside the target first, under a name that nothing else has, then moved into its place.
/// A folder that stood there is replaced only if it is one of the same kind.
/// </summary>
internal static class OutputFolder
{
    /// <param name="path">Of the folder; folders above it are made.</param>
    /// <param name="marker">A file that every folder of this kind has.</param>
    /// <param name="files">Text by path within the folder, with forward slashes.</param>
    /// <exception cref="InputException">The place cannot be written, or holds something else.</exception>
    public static void Write(string path, string marker, IEnumerable<KeyValuePair<string, string>> files)
    {
        var target = RequirePlace(path, marker);
        var suffix = Path.GetRandomFileName();
        var (partial, old) = ($"{target}.{suffix}.partial", $"{target}.{suffix}.old");
        try
        {
            Directory.CreateDirectory(partial);
            foreach (var (name, text) in files)
            {
                var file = Path.Combine(partial, name);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            }

            if (Directory.Exists(target))
            {
                Directory.Move(target, old);
            }

            Directory.Move(partial, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (!Directory.Exists(target) && Directory.Exists(old))
            {
                Directory.Move(old, target);
            }

            throw new InputException(path, "", "a place that can be written", OutputFault.Reason(e));
        }
        finally
        {
            Remove(partial);
            Remove(old);
        }
    }

    /// <summary>Refuses, before any work is done, a place that <see cref="Write"/> would refuse.</summary>
    /// <returns>Full path without a slash at its end.</returns>
    /// <exception cref="InputException">A file, or a folder of another kind.</exception>
    public static string RequirePlace(string path, string marker)
    {
        string target;
        try
        {
            target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        }
        catch (ArgumentException)
        {
            throw new InputException("--output", "", "a folder", "no path");
        }

        if (File.Exists(target))
        {
            throw new InputException(path, "", "a folder", "a file");
        }

        if (Directory.Exists(target) && !File.Exists(Path.Combine(target, marker)) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new InputException(path, "", $"a new folder, an empty one, or one with {marker} to replace", "a folder of something else");
        }

        return target;
    }

    /// <summary>Refuses, before any work is done, a place where no folder can be made. Makes the folders above it.</summary>
    /// <exception cref="InputException">No permission, a file among the folders above, a system that is read-only or full.</exception>
    public static void RequireWritable(string path)
    {
        try
        {
            var probe = $"{Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))}.{Path.GetRandomFileName()}.partial";
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", "a place that can be written", OutputFault.Reason(e));
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
