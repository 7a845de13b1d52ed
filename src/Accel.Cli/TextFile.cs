using System.Text;
using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;

namespace Accel.Cli;

/// <summary>Reads a text file that the user named: a regular file, UTF-8, with or without a byte order mark.</summary>
internal static class TextFile
{
    private const int MaxBytes = 1 << 30;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="InputException">No such file, a folder, a pipe or a device, empty, too large, or no UTF-8.</exception>
    public static string Read(FileInfo file, int maxBytes = MaxBytes)
    {
        var bytes = MappedFile.ReadAll(file.ToString(), maxBytes);
        var mark = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        try
        {
            return _strict.GetString(bytes, mark, bytes.Length - mark);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException(file.ToString(), $"byte {mark + e.Index}", "UTF-8 text", "bytes that are none");
        }
    }
}
