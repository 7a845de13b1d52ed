using System.Runtime.InteropServices;

namespace Accel.Core.Formats;

/// <summary>Every storage format that a reader may hand on, one line each.</summary>
public static class StorageFormats
{
    public static readonly StorageFormat F32 = new("F32", 1, 4, static (source, y) => MemoryMarshal.Cast<byte, float>(source).CopyTo(y));
    public static readonly StorageFormat F16 = new("F16", 1, 2, DecodeF16);
    public static readonly StorageFormat BF16 = new("BF16", 1, 2, DecodeBF16);

    /// <summary>All of them, for tests that walk the catalogue.</summary>
    public static IReadOnlyList<StorageFormat> All { get; } = [F32, F16, BF16];

    private static void DecodeF16(ReadOnlySpan<byte> source, Span<float> y)
    {
        var halves = MemoryMarshal.Cast<byte, Half>(source);
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = (float)halves[i];
        }
    }

    private static void DecodeBF16(ReadOnlySpan<byte> source, Span<float> y)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(source);
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = BitConverter.Int32BitsToSingle(halves[i] << 16);
        }
    }
}
