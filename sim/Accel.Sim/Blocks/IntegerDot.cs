using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Accel.Sim.Blocks;

/// <summary>Sums of products of codes, exact.</summary>
internal static class IntegerDot
{
    /// <summary>
    /// Where one side has at most 8 bits a product is 2^22 at most (both least codes), a pair 2^23, and 255 pairs fit 32 bits.
    /// </summary>
    private const int VectorsPerFlush = 255;

    /// <summary><c>sum a[i] b[i]</c> with <c>|b[i]| &lt;= 128</c>.</summary>
    public static long Narrow(ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        var sum = 0L;
        var i = 0;
        if (Avx2.IsSupported)
        {
            var left = MemoryMarshal.Cast<short, Vector256<short>>(a);
            var right = MemoryMarshal.Cast<short, Vector256<short>>(b);
            for (var done = 0; done < left.Length;)
            {
                var partial = Vector256<int>.Zero;
                for (var end = Math.Min(left.Length, done + VectorsPerFlush); done < end; done++)
                {
                    partial += Avx2.MultiplyAddAdjacent(left[done], right[done]);
                }

                var (low, high) = Vector256.Widen(partial);
                sum += Vector256.Sum(low + high);
            }

            i = left.Length * Vector256<short>.Count;
        }
        else
        {
            var left = MemoryMarshal.Cast<short, Vector<short>>(a);
            var right = MemoryMarshal.Cast<short, Vector<short>>(b);
            for (var done = 0; done < left.Length;)
            {
                var partial = Vector<int>.Zero;
                for (var end = Math.Min(left.Length, done + VectorsPerFlush); done < end; done++)
                {
                    Vector.Widen(left[done], out var leftLow, out var leftHigh);
                    Vector.Widen(right[done], out var rightLow, out var rightHigh);
                    partial += (leftLow * rightLow) + (leftHigh * rightHigh);
                }

                Vector.Widen(partial, out var low, out var high);
                sum += Vector.Sum(low + high);
            }

            i = left.Length * Vector<short>.Count;
        }

        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary><c>sum a[i] b[i]</c> for any 16-bit codes.</summary>
    public static long Wide(ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        var sum = 0L;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (long)a[i] * b[i];
        }

        return sum;
    }

    /// <summary><c>sums[i] += factor * b[i]</c>; the caller keeps the sums within 32 bits.</summary>
    public static void AddScaled(Span<int> sums, int factor, ReadOnlySpan<short> b)
    {
        var i = 0;
        var factors = new Vector<int>(factor);
        var wide = MemoryMarshal.Cast<short, Vector<short>>(b[..sums.Length]);
        var into = MemoryMarshal.Cast<int, Vector<int>>(sums);
        for (var j = 0; j < wide.Length; j++)
        {
            Vector.Widen(wide[j], out var low, out var high);
            into[2 * j] += low * factors;
            into[(2 * j) + 1] += high * factors;
        }

        for (i = wide.Length * Vector<short>.Count; i < sums.Length; i++)
        {
            sums[i] += factor * b[i];
        }
    }
}
