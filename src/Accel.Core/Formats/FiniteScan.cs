using System.Numerics;
using System.Runtime.InteropServices;

namespace Accel.Core.Formats;

/// <summary>
/// Finds blocks that may decode to infinity or NaN by looking at their floating-point fields alone, at the speed of memory.
/// A suspect is settled by decoding that one block: a finite float32 scale times a code may still overflow.
/// </summary>
internal static class FiniteScan
{
    // Limits on magnitude bits from which a field may yield a value beyond float32. A double rounds to infinity somewhere in the
    // binade below 2^128; a float32 scale may be multiplied by 128; a power-of-two scale 2^(e-127) by 6.
    private const short HalfLimit = 0x7C00;
    private const short BFloat16Limit = 0x7F80;
    private const int SingleLimit = 0x7F80_0000;
    private const int ScaledSingleLimit = SingleLimit - (8 << 23);
    private const long DoubleLimit = (1023L + 127) << 52;
    private const byte PowerOfTwoLimit = 253;

    /// <summary>Index of the first suspect block of <paramref name="blocks"/>, or -1.</summary>
    public static int FirstSuspect(StorageFormat format, ReadOnlySpan<byte> blocks)
    {
        if (format.FloatFields.Count == 0)
        {
            return -1;
        }

        return format.BlockElements == 1 ? Dense(format.FloatFields[0].Encoding, blocks) : Strided(format, blocks);
    }

    private static int Dense(FloatEncoding encoding, ReadOnlySpan<byte> values) => encoding switch
    {
        FloatEncoding.Half => FirstAtLeast(MemoryMarshal.Cast<byte, short>(values), short.MaxValue, HalfLimit),
        FloatEncoding.BFloat16 => FirstAtLeast(MemoryMarshal.Cast<byte, short>(values), short.MaxValue, BFloat16Limit),
        FloatEncoding.Single => FirstAtLeast(MemoryMarshal.Cast<byte, int>(values), int.MaxValue, SingleLimit),
        FloatEncoding.Double => FirstAtLeast(MemoryMarshal.Cast<byte, long>(values), long.MaxValue, DoubleLimit),
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "no format of single elements has this encoding"),
    };

    /// <summary>First index whose magnitude bits reach the limit; four vectors a turn keep the loads in flight.</summary>
    private static int FirstAtLeast<T>(ReadOnlySpan<T> values, T magnitude, T limit)
        where T : unmanaged, IBinaryInteger<T>
    {
        var width = Vector<T>.Count;
        var (mask, bound) = (new Vector<T>(magnitude), new Vector<T>(limit));
        var i = 0;
        for (; i <= values.Length - 4 * width; i += 4 * width)
        {
            var largest = Vector.Max(
                Vector.Max(new Vector<T>(values[i..]) & mask, new Vector<T>(values[(i + width)..]) & mask),
                Vector.Max(new Vector<T>(values[(i + 2 * width)..]) & mask, new Vector<T>(values[(i + 3 * width)..]) & mask));
            if (Vector.GreaterThanOrEqualAny(largest, bound))
            {
                break;
            }
        }

        for (; i < values.Length; i++)
        {
            if ((values[i] & magnitude) >= limit)
            {
                return i;
            }
        }

        return -1;
    }

    private static int Strided(StorageFormat format, ReadOnlySpan<byte> blocks)
    {
        var first = int.MaxValue;
        foreach (var field in format.FloatFields)
        {
            var found = FirstInField(field, format.BlockBytes, blocks);
            first = found >= 0 ? Math.Min(first, found) : first;
        }

        return first == int.MaxValue ? -1 : first;
    }

    private static int FirstInField(FloatField field, int blockBytes, ReadOnlySpan<byte> blocks)
    {
        var count = blocks.Length / blockBytes;
        for (int block = 0, at = field.Offset; block < count; block++, at += blockBytes)
        {
            var suspect = field.Encoding switch
            {
                FloatEncoding.Half => (MemoryMarshal.Read<short>(blocks[at..]) & short.MaxValue) >= HalfLimit,
                FloatEncoding.Single => (MemoryMarshal.Read<int>(blocks[at..]) & int.MaxValue) >= ScaledSingleLimit,
                FloatEncoding.PowerOfTwo => blocks[at] >= PowerOfTwoLimit,
                _ => throw new ArgumentOutOfRangeException(nameof(field), field, "no block format has this encoding"),
            };
            if (suspect)
            {
                return block;
            }
        }

        return -1;
    }
}
