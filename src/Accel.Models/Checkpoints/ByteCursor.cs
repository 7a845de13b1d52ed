using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Accel.Core.Diagnostics;

namespace Accel.Models.Checkpoints;

/// <summary>Reads little-endian fields of a mapped file in order, each checked against the bytes that are left.</summary>
internal sealed class ByteCursor(MappedFile file, long position = 0)
{
    /// <summary>Offset of the next byte.</summary>
    public long Position { get; private set; } = position;

    public long Remaining => file.Length - Position;

    /// <summary>One number of fixed size.</summary>
    /// <param name="what">Names the field in the error.</param>
    public T Read<T>(string what)
        where T : unmanaged, INumber<T>
    {
        var value = MemoryMarshal.Read<T>(file.Span(Require(Unsafe.SizeOf<T>(), what), Unsafe.SizeOf<T>()));
        Position += Unsafe.SizeOf<T>();
        return value;
    }

    /// <summary>A count of things of at least <paramref name="leastBytes"/> each: more than fit the rest of the file is an error.</summary>
    public long Count(string what, long leastBytes)
    {
        var at = Position;
        var count = Read<ulong>(what);
        return count <= (ulong)(Remaining / leastBytes)
            ? (long)count
            : throw Fault(at, $"{what} that fits the {Remaining} bytes left", $"{count}");
    }

    /// <summary>Bytes of a length-prefixed string (u64 length, UTF-8, no terminator), without copying.</summary>
    public ReadOnlySpan<byte> StringBytes(string what, long maxBytes = int.MaxValue)
    {
        var at = Position;
        var length = Count($"a length of {what}", 1);
        if (length > maxBytes)
        {
            throw Fault(at, $"{what} of at most {maxBytes} bytes", $"{length} bytes");
        }

        var bytes = file.Span(Position, (int)length);
        Position += length;
        return bytes;
    }

    /// <summary>A length-prefixed string that must be valid UTF-8.</summary>
    public string String(string what, long maxBytes = int.MaxValue)
    {
        var at = Position;
        var bytes = StringBytes(what, maxBytes);
        return Utf8.IsValid(bytes) ? System.Text.Encoding.UTF8.GetString(bytes) : throw Fault(at, $"{what} in UTF-8", "invalid UTF-8");
    }

    /// <summary>Passes over <paramref name="bytes"/> bytes, which must be there.</summary>
    public void Skip(long bytes, string what)
    {
        Require(bytes, what);
        Position += bytes;
    }

    public InputException Fault(long at, string expected, string found) => new(file.Path, $"byte {at}", expected, found);

    private long Require(long bytes, string what) =>
        bytes <= Remaining ? Position : throw Fault(Position, $"{what} ({bytes} bytes)", $"end of file after {Remaining} bytes");
}
