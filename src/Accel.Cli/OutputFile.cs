using Accel.Core.Diagnostics;

namespace Accel.Cli;

/// <summary>
/// Writes a file whole or not at all: beside the target first, under a name that nothing else has, then moved over it. What a
/// symbolic link points to is written, not the link; a pipe or a device is written as it stands.
/// </summary>
internal static class OutputFile
{
    /// <exception cref="InputException">The place cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string? partial = null;
        try
        {
            var target = Target(path);
            if (IsEmpty(target))
            {
                WriteDirectly(target, write);
                return;
            }

            var beside = $"{target}.{Path.GetRandomFileName()}.partial";
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write))
            {
                partial = beside;
                write(stream);
            }

            File.Move(partial, target, overwrite: true);
            partial = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException(path, "", "a place that can be written", Reason(path, e));
        }
        finally
        {
            if (partial is not null)
            {
                File.Delete(partial);
            }
        }
    }

    /// <summary>Refuses, before any work is done, an output that would replace an input, or a place whose folder is missing.</summary>
    /// <exception cref="InputException">The same file, a folder, or no folder to write into.</exception>
    public static void RequirePlace(FileInfo output, params ReadOnlySpan<FileInfo?> inputs)
    {
        var target = Target(output.ToString());
        foreach (var input in inputs)
        {
            if (input is not null && Target(input.ToString()) == target)
            {
                throw new InputException(output.ToString(), "", "another file than the input", "the same");
            }
        }

        if (Directory.Exists(target) || !Directory.Exists(Path.GetDirectoryName(target)))
        {
            throw new InputException(output.ToString(), "", "a place that can be written", Directory.Exists(target) ? "a folder" : "no such folder");
        }
    }

    /// <summary>Where a path leads through its links; itself where it leads nowhere yet.</summary>
    private static string Target(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return full;
        }
        catch (IOException)
        {
            throw new InputException(path, "", "a place that can be written", "links that lead in a circle");
        }
    }

    /// <summary>
    /// Whether something without content stands there already: a pipe, a device, or an empty file. None holds anything to protect,
    /// and the first two must not be replaced.
    /// </summary>
    private static bool IsEmpty(string path) => new FileInfo(path) is { Exists: true, Length: 0 };

    private static void WriteDirectly(string path, Action<Stream> write)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            write(stream);
        }
        catch when (stream.CanSeek)
        {
            try
            {
                stream.SetLength(0);
            }
            catch (IOException)
            {
                // A device has no length; what went wrong first is the news.
            }

            throw;
        }
    }

    private static string Reason(string path, Exception fault) => Directory.Exists(path) ? "a folder" : OutputFault.Reason(fault);
}
