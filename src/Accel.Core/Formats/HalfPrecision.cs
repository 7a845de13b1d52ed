using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Accel.Core.Formats;

/// <summary>Exact conversion of binary16 and bfloat16 to float32, without branches.</summary>
/// <remarks>
/// A half's exponent and fraction, moved to float32's place, read as a value 2^112 too small, because the biases are 15 and
/// 127: one exact multiplication repairs that, subnormals included. Infinity and NaN come out at or above 65536, where
/// the exponent is then filled with ones; the payload of a NaN is kept.
/// </remarks>
public static class HalfPrecision
{
    private const uint TwoTo112 = (112 + 127) << 23;
    private const uint TwoTo16 = (16 + 127) << 23;
    private const uint FullExponent = 0x7F80_0000;

    /// <summary>The value of one binary16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(ushort half)
    {
        var magnitude = BitConverter.UInt32BitsToSingle((half & 0x7FFFu) << 13) * BitConverter.UInt32BitsToSingle(TwoTo112);
        var bits = BitConverter.SingleToUInt32Bits(magnitude);
        bits |= bits >= TwoTo16 ? FullExponent : 0;
        return BitConverter.UInt32BitsToSingle(bits | (half & 0x8000u) << 16);
    }

    /// <summary>The value of the binary16 at <paramref name="offset"/> of a block, little-endian, unaligned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(ReadOnlySpan<byte> block, int offset) =>
        ToSingle(MemoryMarshal.Read<ushort>(block[offset..]));

    /// <summary>Converts consecutive binary16 values; <paramref name="source"/> holds two bytes for each destination.</summary>
    public static void Widen(ReadOnlySpan<byte> source, Span<float> destination)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(source)[..destination.Length];
        var i = 0;
        for (; i <= halves.Length - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
        {
            var wide = Vector256.WidenLower(Vector128.Create(halves[i..]).ToVector256Unsafe());
            var magnitude = ((wide & Vector256.Create(0x7FFFu)) << 13).AsSingle() * Vector256.Create(TwoTo112).AsSingle();
            var special = Vector256.GreaterThanOrEqual(magnitude.AsInt32(), Vector256.Create((int)TwoTo16)).AsUInt32();
            var bits = magnitude.AsUInt32() | (special & Vector256.Create(FullExponent)) | ((wide & Vector256.Create(0x8000u)) << 16);
            bits.AsSingle().CopyTo(destination[i..]);
        }

        for (; i < halves.Length; i++)
        {
            destination[i] = ToSingle(halves[i]);
        }
    }

    /// <summary>Converts consecutive bfloat16 values; <paramref name="source"/> holds two bytes for each destination.</summary>
    public static void WidenBFloat16(ReadOnlySpan<byte> source, Span<float> destination)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(source)[..destination.Length];
        var i = 0;
        for (; i <= halves.Length - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
        {
            var wide = Vector256.WidenLower(Vector128.Create(halves[i..]).ToVector256Unsafe());
            (wide << 16).AsSingle().CopyTo(destination[i..]);
        }

        for (; i < halves.Length; i++)
        {
            destination[i] = BitConverter.Int32BitsToSingle(halves[i] << 16);
        }
    }
}
