using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Accel.Runtime.Kernels.Matrices;

/// <summary>Horizontal sums: of one vector, and of eight at once into one vector of eight, in the same order of additions.</summary>
internal static class Lanes8
{
    /// <summary>The sum of sixteen lanes: halves, then neighbours, neighbours, and the two quarters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> v)
    {
        var half = v.GetLower() + v.GetUpper();
        return half[0] + half[1] + (half[2] + half[3]) + (half[4] + half[5] + (half[6] + half[7]));
    }

    /// <summary>Lane <c>i</c> is the sum of argument <c>i</c>, added in the order of <see cref="Sum(Vector512{float})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sum(
        Vector512<float> a0,
        Vector512<float> a1,
        Vector512<float> a2,
        Vector512<float> a3,
        Vector512<float> a4,
        Vector512<float> a5,
        Vector512<float> a6,
        Vector512<float> a7)
    {
        if (!Avx.IsSupported)
        {
            return Vector256.Create(Sum(a0), Sum(a1), Sum(a2), Sum(a3), Sum(a4), Sum(a5), Sum(a6), Sum(a7));
        }

        var (h0, h1, h2, h3) = (a0.GetLower() + a0.GetUpper(), a1.GetLower() + a1.GetUpper(), a2.GetLower() + a2.GetUpper(), a3.GetLower() + a3.GetUpper());
        var (h4, h5, h6, h7) = (a4.GetLower() + a4.GetUpper(), a5.GetLower() + a5.GetUpper(), a6.GetLower() + a6.GetUpper(), a7.GetLower() + a7.GetUpper());

        // Neighbours, twice: each 128-bit half then holds the sums of its quarter of four rows.
        var low = Avx.HorizontalAdd(Avx.HorizontalAdd(h0, h1), Avx.HorizontalAdd(h2, h3));
        var high = Avx.HorizontalAdd(Avx.HorizontalAdd(h4, h5), Avx.HorizontalAdd(h6, h7));
        return Avx.Permute2x128(low, high, 0x20) + Avx.Permute2x128(low, high, 0x31);
    }
}
