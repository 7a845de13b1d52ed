using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>Exact dot products of codes; sums of integers, so the order in which lanes add is free.</summary>
internal static class IntegerDot
{
    /// <summary>Products of 16 by 8 bits that a 32-bit lane of eight surely holds the sums of.</summary>
    private const int Block = 2048;

    /// <summary>Sum of products, exact for any length below 2^40.</summary>
    public static long Of(ReadOnlySpan<short> codes, ReadOnlySpan<sbyte> weights)
    {
        var sum = 0L;
        for (var start = 0; start < codes.Length; start += Block)
        {
            var length = Math.Min(Block, codes.Length - start);
            sum += OfBlock(codes.Slice(start, length), weights.Slice(start, length));
        }

        return sum;
    }

    public static long Of(ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        var sum = 0L;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long OfBlock(ReadOnlySpan<short> codes, ReadOnlySpan<sbyte> weights)
    {
        var i = 0;
        var sum = 0L;
        if (Avx2.IsSupported)
        {
            var lanes = Vector256<int>.Zero;
            for (; i <= codes.Length - 16; i += 16)
            {
                var x = Vector256.Create(codes[i..]);
                var w = Avx2.ConvertToVector256Int16(Vector128.Create(weights[i..]));
                lanes += Avx2.MultiplyAddAdjacent(x, w);
            }

            var (low, high) = Vector256.Widen(lanes);
            sum = Vector256.Sum(low + high);
        }

        for (; i < codes.Length; i++)
        {
            sum += codes[i] * weights[i];
        }

        return sum;
    }
}
