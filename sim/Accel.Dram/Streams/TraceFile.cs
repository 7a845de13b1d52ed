using System.Buffers.Binary;
using System.Globalization;
using Accel.Core.Diagnostics;

namespace Accel.Dram.Streams;

/// <summary>
/// Trace files. Binary: three little-endian 64-bit numbers per request, arrival cycle, byte address and 1 for a write or 0 for a read.
/// Text: a line per request, <c>cycle address R</c> or <c>W</c>, numbers decimal or 0x hexadecimal, <c>#</c> starts a comment.
/// A file whose first bytes hold control characters other than line breaks and tabs is binary.
/// </summary>
public static class TraceFile
{
    private const int RecordBytes = 24;
    private const int LongestLine = 1000;

    /// <summary>Reads a trace of either form.</summary>
    /// <exception cref="InputException">The file is missing, cut short, too long, or a record makes no sense.</exception>
    public static RequestTrace Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var head = new byte[4096];
            var headLength = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            var binary = head.AsSpan(0, headLength).IndexOfAnyInRange((byte)0, (byte)8) >= 0;
            var trace = binary ? ReadBinary(path, stream) : ReadText(path, stream);
            return trace.Count > 0 ? trace : throw new InputException(path, "", "at least one request", "none");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", "a readable trace file", e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.GetType().Name);
        }
    }

    /// <summary>Writes the binary form.</summary>
    public static void WriteBinary(Stream stream, RequestTrace trace)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        for (var i = 0; i < trace.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(record, trace[i].Arrival);
            BinaryPrimitives.WriteInt64LittleEndian(record[8..], trace[i].Address);
            BinaryPrimitives.WriteInt64LittleEndian(record[16..], trace[i].IsWrite ? 1 : 0);
            stream.Write(record);
        }
    }

    private static RequestTrace ReadBinary(string path, FileStream stream)
    {
        if (stream.Length % RecordBytes != 0)
        {
            throw new InputException(
                path, $"byte {stream.Length / RecordBytes * RecordBytes}", $"whole records of {RecordBytes} bytes", $"{stream.Length % RecordBytes} bytes left over");
        }

        if (stream.Length / RecordBytes > RequestTrace.MostRequests)
        {
            throw new InputException(path, "", $"at most {RequestTrace.MostRequests} requests", $"{stream.Length / RecordBytes}; describe long transfers as streams");
        }

        var trace = new RequestTrace { Name = path };
        var buffer = new byte[RecordBytes * 4096];
        int length;
        while ((length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) >= RecordBytes)
        {
            for (var at = 0; at + RecordBytes <= length; at += RecordBytes)
            {
                var record = buffer.AsSpan(at, RecordBytes);
                var kind = BinaryPrimitives.ReadUInt64LittleEndian(record[16..]);
                if (kind > 1)
                {
                    throw new InputException(path, $"request {trace.Count}", "0 for a read or 1 for a write", kind.ToString(CultureInfo.InvariantCulture));
                }

                trace.Add(new Request(
                    Signed(path, trace.Count, "arrival cycle", BinaryPrimitives.ReadUInt64LittleEndian(record)),
                    Signed(path, trace.Count, "address", BinaryPrimitives.ReadUInt64LittleEndian(record[8..])),
                    kind == 1));
            }
        }

        return trace;
    }

    private static long Signed(string path, int request, string what, ulong value) =>
        value <= long.MaxValue
            ? (long)value
            : throw new InputException(path, $"request {request}", $"an {what} below 2^63", value.ToString(CultureInfo.InvariantCulture));

    private static RequestTrace ReadText(string path, FileStream stream)
    {
        var trace = new RequestTrace { Name = path };
        using var reader = new StreamReader(stream);
        var number = 0;
        foreach (var line in Lines(path, reader))
        {
            number++;
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            if (words.Length != 3 || !TryNumber(words[0], out var arrival) || !TryNumber(words[1], out var address)
                || words[2] is not ("R" or "W" or "r" or "w"))
            {
                throw new InputException(path, $"line {number}", "cycle, address and R or W", line.Trim());
            }

            trace.Add(new Request(arrival, address, words[2] is "W" or "w"));
        }

        return trace;
    }

    /// <summary>Lines of bounded length: a huge file without line breaks is no text.</summary>
    private static IEnumerable<string> Lines(string path, StreamReader reader)
    {
        var line = new System.Text.StringBuilder();
        var buffer = new char[16384];
        var number = 1;
        int length;
        while ((length = reader.Read(buffer)) > 0)
        {
            for (var i = 0; i < length; i++)
            {
                if (buffer[i] == '\n')
                {
                    yield return line.ToString();
                    line.Clear();
                    number++;
                }
                else if (line.Append(buffer[i]).Length > LongestLine)
                {
                    throw new InputException(path, $"line {number}", $"at most {LongestLine} characters", "more");
                }
            }
        }

        yield return line.ToString();
    }

    private static bool TryNumber(string text, out long value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
