using System.Text;
using Accel.Core.Diagnostics;

namespace Accel.Cli;

/// <summary>Reads a text file that the user named.</summary>
internal static class TextFile
{
    private const long MaxBytes = 1L << 30;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="InputException">No such file, too large, or no UTF-8.</exception>
    public static string Read(FileInfo file)
    {
        if (!file.Exists)
        {
            throw new InputException(file.ToString(), "", "a text file", Directory.Exists(file.FullName) ? "a folder" : "no such file");
        }

        if (file.Length > MaxBytes)
        {
            throw new InputException(file.ToString(), "", $"at most {MaxBytes} bytes", $"{file.Length}");
        }

        try
        {
            return _strict.GetString(File.ReadAllBytes(file.FullName));
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException(file.ToString(), $"byte {e.Index}", "UTF-8 text", "bytes that are none");
        }
    }
}
