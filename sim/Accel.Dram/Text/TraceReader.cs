using System.Buffers.Binary;
using System.Globalization;
using Accel.Core.Diagnostics;
using Accel.Dram.Streams;

namespace Accel.Dram.Text;

/// <summary>
/// Reads request traces. Binary: per request three unsigned 64-bit little-endian numbers, arrival cycle, byte address, 1 for a write
/// or 0 for a read. Text: per line arrival cycle, address (decimal or 0x..), <c>R</c> or <c>W</c>; <c>#</c> starts a comment. A file with a
/// byte below 9 among its first is binary.
/// </summary>
public static class TraceReader
{
    private const int RecordBytes = 24;
    private const int ProbeBytes = 4096;

    /// <exception cref="InputException">No such file, or a request that is none; its number or line is named.</exception>
    public static RequestTrace Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException(path, "", "a trace file", Directory.Exists(path) ? "a folder" : "no such file");
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        Span<byte> probe = stackalloc byte[ProbeBytes];
        probe = probe[..stream.ReadAtLeast(probe, ProbeBytes, throwOnEndOfStream: false)];
        stream.Position = 0;
        var trace = new RequestTrace { Name = path };
        if (probe.ContainsAnyInRange((byte)0, (byte)8))
        {
            ReadBinary(path, stream, trace);
        }
        else
        {
            ReadText(path, stream, trace);
        }

        return trace.Count > 0 ? trace : throw new InputException(path, "", "at least one request", "none");
    }

    private static void ReadBinary(string path, FileStream stream, RequestTrace trace)
    {
        if (stream.Length % RecordBytes != 0)
        {
            throw new InputException(path, $"byte {stream.Length / RecordBytes * RecordBytes}", $"whole requests of {RecordBytes} bytes", $"{stream.Length % RecordBytes} bytes more");
        }

        Span<byte> record = stackalloc byte[RecordBytes];
        for (var index = 0L; index < stream.Length / RecordBytes; index++)
        {
            stream.ReadExactly(record);
            var arrival = BinaryPrimitives.ReadUInt64LittleEndian(record);
            var address = BinaryPrimitives.ReadUInt64LittleEndian(record[8..]);
            var isWrite = BinaryPrimitives.ReadUInt64LittleEndian(record[16..]);
            if (isWrite > 1)
            {
                throw new InputException(path, $"request {index}", "0 for a read or 1 for a write", $"{isWrite}");
            }

            Add(path, $"request {index}", trace, arrival, address, isWrite == 1);
        }
    }

    private static void ReadText(string path, FileStream stream, RequestTrace trace)
    {
        using var reader = new StreamReader(stream);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            if (words.Length != 3 || !TryNumber(words[0], out var arrival) || !TryNumber(words[1], out var address) || words[2] is not ("R" or "r" or "W" or "w"))
            {
                throw new InputException(path, $"{number}", "arrival cycle, address, and R or W", $"'{(line.Length > 80 ? line[..80] : line)}'");
            }

            Add(path, $"{number}", trace, arrival, address, words[2] is "W" or "w");
        }
    }

    private static void Add(string path, string place, RequestTrace trace, ulong arrival, ulong address, bool isWrite)
    {
        if (arrival > RequestTrace.LatestArrival || address > long.MaxValue)
        {
            throw new InputException(path, place, $"an arrival up to {RequestTrace.LatestArrival} and an address below 2^63", $"{arrival} and {address}");
        }

        trace.Add(new Request((long)arrival, (long)address, isWrite));
    }

    private static bool TryNumber(string word, out ulong number) => word.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
