using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Accel.Core.Formats;

namespace Accel.Runtime.Kernels.Matrices;

/// <summary>A block of 32 stored weights that is multiplied in registers, without a decoded copy.</summary>
internal unsafe interface IBlock32
{
    /// <summary>Bytes of a block.</summary>
    static abstract int Bytes { get; }

    /// <summary><c>sum + w[0..15] * x0 + w[16..31] * x1</c>, lane by lane.</summary>
    static abstract Vector512<float> MultiplyAdd(byte* block, Vector512<float> x0, Vector512<float> x1, Vector512<float> sum);
}

/// <summary>Binary16 scales by table: a broadcast from a nearby cache is cheaper than a conversion per block.</summary>
internal static unsafe class HalfTable
{
    private static readonly float[] _table = Fill();

    /// <summary>The value of each of the 65,536 bit patterns.</summary>
    public static float* Values { get; } = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_table, 0);

    private static float[] Fill()
    {
        var table = GC.AllocateUninitializedArray<float>(1 << 16, pinned: true);
        for (var bits = 0; bits < table.Length; bits++)
        {
            table[bits] = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
        }

        return table;
    }
}

/// <summary><c>{f16 d; i8 q[32]}</c>.</summary>
internal readonly unsafe struct Q8_0Block : IBlock32
{
    public static int Bytes => 34;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(byte* block, Vector512<float> x0, Vector512<float> x1, Vector512<float> sum)
    {
        var q0 = Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)block + 2)));
        var q1 = Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)block + 18)));
        var product = Avx512F.FusedMultiplyAdd(q1, x1, q0 * x0);
        return Avx512F.FusedMultiplyAdd(Vector512.Create(HalfTable.Values[*(ushort*)block]), product, sum);
    }
}

/// <summary><c>{f16 d; u8 qs[16]}</c>, a value per nibble from a table of sixteen; low nibbles are the first half.</summary>
internal static unsafe class Nibbles
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(byte* block, Vector512<float> values, Vector512<float> x0, Vector512<float> x1, Vector512<float> sum)
    {
        // The permutation reads the low four bits of an index, so the low nibbles need no mask.
        var pairs = Avx512F.ConvertToVector512Int32(Vector128.Load(block + 2));
        var q0 = Avx512F.PermuteVar16x32(values, pairs);
        var q1 = Avx512F.PermuteVar16x32(values, pairs >>> 4);
        var product = Avx512F.FusedMultiplyAdd(q1, x1, q0 * x0);
        return Avx512F.FusedMultiplyAdd(Vector512.Create(HalfTable.Values[*(ushort*)block]), product, sum);
    }
}

/// <summary><c>{f16 d; u8 qs[16]}</c>: <c>d * (nibble - 8)</c>.</summary>
internal readonly unsafe struct Q4_0Block : IBlock32
{
    public static int Bytes => 18;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(byte* block, Vector512<float> x0, Vector512<float> x1, Vector512<float> sum) =>
        Nibbles.MultiplyAdd(block, Vector512.Create(-8f, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7), x0, x1, sum);
}

/// <summary><c>{f16 d; u8 qs[16]}</c>: <c>d * table[nibble]</c>.</summary>
internal readonly unsafe struct IQ4_NLBlock : IBlock32
{
    public static int Bytes => 18;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(byte* block, Vector512<float> x0, Vector512<float> x1, Vector512<float> sum) =>
        Nibbles.MultiplyAdd(block, Vector512.Create(-127f, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113), x0, x1, sum);
}

/// <summary>Thirty-two binary16 numbers. Finite by the check at load, so that no exponent needs repair.</summary>
internal readonly unsafe struct F16Block : IBlock32
{
    public static int Bytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(byte* block, Vector512<float> x0, Vector512<float> x1, Vector512<float> sum) =>
        Avx512F.FusedMultiplyAdd(Widen((short*)block + 16), x1, Avx512F.FusedMultiplyAdd(Widen((short*)block), x0, sum));

    /// <summary>Sign, exponent and fraction move into place; one exact product mends the bias (15 against 127), subnormals included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(short* halves)
    {
        var bits = Avx512F.ConvertToVector512Int32(Vector256.Load(halves)) << 13;
        return (bits & Vector512.Create(unchecked((int)0x8FFF_E000))).AsSingle() * Vector512.Create((112 + 127) << 23).AsSingle();
    }
}

/// <summary>Thirty-two bfloat16 numbers.</summary>
internal readonly unsafe struct BF16Block : IBlock32
{
    public static int Bytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(byte* block, Vector512<float> x0, Vector512<float> x1, Vector512<float> sum) =>
        Avx512F.FusedMultiplyAdd(Widen((ushort*)block + 16), x1, Avx512F.FusedMultiplyAdd(Widen((ushort*)block), x0, sum));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(ushort* halves) => (Avx512F.ConvertToVector512Int32(Vector256.Load(halves)) << 16).AsSingle();
}

/// <summary>Thirty-two float32 numbers.</summary>
internal readonly unsafe struct F32Block : IBlock32
{
    public static int Bytes => 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(byte* block, Vector512<float> x0, Vector512<float> x1, Vector512<float> sum) =>
        Avx512F.FusedMultiplyAdd(Vector512.Load((float*)block + 16), x1, Avx512F.FusedMultiplyAdd(Vector512.Load((float*)block), x0, sum));
}
