using Accel.Core.Diagnostics;

namespace Accel.Cli;

/// <summary>Writes a file whole or not at all: beside the target first, then moved over it.</summary>
internal static class OutputFile
{
    /// <exception cref="InputException">The place cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var partial = $"{path}.partial";
        try
        {
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write))
            {
                write(stream);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException(path, "", "a place that can be written", e.Message);
        }
        finally
        {
            // Left only if writing failed; a place that cannot be written holds none.
            if (File.Exists(partial))
            {
                File.Delete(partial);
            }
        }
    }
}
