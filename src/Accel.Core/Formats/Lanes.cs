using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Accel.Core.Formats;

/// <summary>
/// The step that all block formats share: sixteen small integer codes become sixteen floats. A code times a scale is exact
/// in float32 (11-bit scales, at most 6 bits of sub-scale and 7 of code), so only adding an offset rounds, and the order
/// of the multiplications does not matter.
/// </summary>
internal static class Lanes
{
    /// <summary>Codes per call.</summary>
    public const int Count = 16;

    /// <summary>Sixteen codes from sixteen bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(ReadOnlySpan<byte> source, int offset) => Vector128.Create(source[offset..]);

    /// <summary>The low nibble of each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low(Vector128<byte> packed) => packed & Vector128.Create((byte)0x0F);

    /// <summary>The high nibble of each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High(Vector128<byte> packed) => packed >>> 4;

    /// <summary>Two bits of each byte, from bit <paramref name="shift"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Pair(Vector128<byte> packed, int shift) => (packed >>> shift) & Vector128.Create((byte)3);

    /// <summary>Bit <paramref name="bit"/> of each byte, moved to the place of <paramref name="weight"/>, a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Bit(Vector128<byte> packed, int bit, byte weight)
    {
        var probe = Vector128.Create((byte)(1 << bit));
        return Vector128.Equals(packed & probe, probe) & Vector128.Create(weight);
    }

    /// <summary>Sixteen bits of a word, lane i taking bit i, each moved to the place of <paramref name="weight"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Spread(ushort bits, byte weight)
    {
        var repeated = Vector128.Shuffle(
            Vector128.Create(bits).AsByte(),
            Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
        var probe = Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128);
        return Vector128.Equals(repeated & probe, probe) & Vector128.Create(weight);
    }

    /// <summary><c>y = codes * factor</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> codes, float factor, Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            (Widen512(codes) * Vector512.Create(factor)).CopyTo(y);
            return;
        }

        var (low, high) = Widen256(codes);
        (low * Vector256.Create(factor)).CopyTo(y);
        (high * Vector256.Create(factor)).CopyTo(y[8..]);
    }

    /// <summary><c>y = codes * factor + offset</c>, rounded once because the product is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> codes, float factor, float offset, Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            (Widen512(codes) * Vector512.Create(factor) + Vector512.Create(offset)).CopyTo(y);
            return;
        }

        var (low, high) = Widen256(codes);
        (low * Vector256.Create(factor) + Vector256.Create(offset)).CopyTo(y);
        (high * Vector256.Create(factor) + Vector256.Create(offset)).CopyTo(y[8..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen512(Vector128<sbyte> codes) =>
        Vector512.ConvertToSingle(Vector512.WidenLower(Vector256.WidenLower(codes.ToVector256Unsafe()).ToVector512Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Widen256(Vector128<sbyte> codes)
    {
        var (low, high) = Vector256.Widen(Vector256.WidenLower(codes.ToVector256Unsafe()));
        return (Vector256.ConvertToSingle(low), Vector256.ConvertToSingle(high));
    }
}
