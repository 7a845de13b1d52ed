using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Accel.Runtime.Kernels.Matrices;

/// <summary>Dot products of float32 rows in registers; every row is summed in the same order whatever stands beside it.</summary>
internal static unsafe class Dot
{
    private const int Lanes = 16;

    /// <summary><c>y[r] = w[r] . x</c> for <paramref name="rows"/> rows that lie <paramref name="stride"/> floats apart.</summary>
    public static void Rows(float* w, nint stride, int rows, float* x, int columns, float* y)
    {
        var row = 0;
        for (; row <= rows - 8; row += 8)
        {
            Eight(w + (row * stride), stride, x, columns, y + row);
        }

        for (; row < rows; row++)
        {
            y[row] = One(w + (row * stride), x, columns);
        }
    }

    private static void Eight(float* w, nint stride, float* x, int columns, float* y)
    {
        var (a0, a1, a2, a3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (a4, a5, a6, a7) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var w0 = w;
        var w1 = w + stride;
        var w2 = w + (2 * stride);
        var w3 = w + (3 * stride);
        var w4 = w + (4 * stride);
        var w5 = w + (5 * stride);
        var w6 = w + (6 * stride);
        var w7 = w + (7 * stride);
        var i = 0;
        for (; i <= columns - Lanes; i += Lanes)
        {
            var v = Vector512.Load(x + i);
            a0 = Vector512.FusedMultiplyAdd(Vector512.Load(w0 + i), v, a0);
            a1 = Vector512.FusedMultiplyAdd(Vector512.Load(w1 + i), v, a1);
            a2 = Vector512.FusedMultiplyAdd(Vector512.Load(w2 + i), v, a2);
            a3 = Vector512.FusedMultiplyAdd(Vector512.Load(w3 + i), v, a3);
            a4 = Vector512.FusedMultiplyAdd(Vector512.Load(w4 + i), v, a4);
            a5 = Vector512.FusedMultiplyAdd(Vector512.Load(w5 + i), v, a5);
            a6 = Vector512.FusedMultiplyAdd(Vector512.Load(w6 + i), v, a6);
            a7 = Vector512.FusedMultiplyAdd(Vector512.Load(w7 + i), v, a7);
        }

        Vector256<float> tails;
        if (i < columns)
        {
            var t = stackalloc float[8];
            t[0] = Tail(w0, x, i, columns);
            t[1] = Tail(w1, x, i, columns);
            t[2] = Tail(w2, x, i, columns);
            t[3] = Tail(w3, x, i, columns);
            t[4] = Tail(w4, x, i, columns);
            t[5] = Tail(w5, x, i, columns);
            t[6] = Tail(w6, x, i, columns);
            t[7] = Tail(w7, x, i, columns);
            tails = Vector256.Load(t);
        }
        else
        {
            tails = Vector256<float>.Zero;
        }

        (Lanes8.Sum(a0, a1, a2, a3, a4, a5, a6, a7) + tails).Store(y);
    }

    private static float One(float* w, float* x, int columns)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= columns - Lanes; i += Lanes)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(w + i), Vector512.Load(x + i), sum);
        }

        return Lanes8.Sum(sum) + Tail(w, x, i, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Tail(float* w, float* x, int from, int columns)
    {
        var sum = 0f;
        for (var i = from; i < columns; i++)
        {
            sum = MathF.FusedMultiplyAdd(w[i], x[i], sum);
        }

        return sum;
    }
}
