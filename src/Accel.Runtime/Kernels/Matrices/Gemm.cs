using System.Runtime.Intrinsics;

namespace Accel.Runtime.Kernels.Matrices;

/// <summary>
/// <c>Y = X W^T</c> in float32, both operands row-major along the inner axis. Blocks of the inner axis keep four rows of each
/// operand in the first-level cache; a tile of 4 x 4 sums stays in registers.
/// </summary>
internal static unsafe class Gemm
{
    private const int Tile = 4;
    private const int Lanes = 16;

    /// <summary>Floats of the inner axis per block: rows of X of one block stay in the second-level cache for a prompt of 256.</summary>
    private const int InnerBlock = 1024;

    /// <param name="x"><c>[count, inner]</c>.</param>
    /// <param name="count">Rows of X.</param>
    /// <param name="w"><c>[rows, inner]</c>.</param>
    /// <param name="rows">Rows of W.</param>
    /// <param name="inner">Elements of a row of either.</param>
    /// <param name="y">Where row 0 of X meets row 0 of W; overwritten.</param>
    /// <param name="yStride">Floats between rows of Y.</param>
    public static void Multiply(float* x, int count, float* w, int rows, int inner, float* y, nint yStride)
    {
        for (var start = 0; start == 0 || start < inner; start += InnerBlock)
        {
            var length = Math.Min(InnerBlock, inner - start);
            for (var row = 0; row < rows; row += Tile)
            {
                for (var t = 0; t < count; t += Tile)
                {
                    var (high, wide) = (Math.Min(Tile, count - t), Math.Min(Tile, rows - row));
                    var px = x + ((nint)t * inner) + start;
                    var pw = w + ((nint)row * inner) + start;
                    var py = y + (t * yStride) + row;
                    if (high == Tile && wide == Tile)
                    {
                        FourByFour(px, pw, inner, length, py, yStride, accumulate: start > 0);
                    }
                    else
                    {
                        Edge(px, high, pw, wide, inner, length, py, yStride, accumulate: start > 0);
                    }
                }
            }
        }
    }

    private static void FourByFour(float* x, float* w, nint stride, int length, float* y, nint yStride, bool accumulate)
    {
        var (a00, a01, a02, a03) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (a10, a11, a12, a13) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (a20, a21, a22, a23) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (a30, a31, a32, a33) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var x1 = x + stride;
        var x2 = x + (2 * stride);
        var x3 = x + (3 * stride);
        var w1 = w + stride;
        var w2 = w + (2 * stride);
        var w3 = w + (3 * stride);
        var i = 0;
        for (; i <= length - Lanes; i += Lanes)
        {
            var (v0, v1, v2, v3) = (Vector512.Load(w + i), Vector512.Load(w1 + i), Vector512.Load(w2 + i), Vector512.Load(w3 + i));
            var u = Vector512.Load(x + i);
            a00 = Vector512.FusedMultiplyAdd(u, v0, a00);
            a01 = Vector512.FusedMultiplyAdd(u, v1, a01);
            a02 = Vector512.FusedMultiplyAdd(u, v2, a02);
            a03 = Vector512.FusedMultiplyAdd(u, v3, a03);
            u = Vector512.Load(x1 + i);
            a10 = Vector512.FusedMultiplyAdd(u, v0, a10);
            a11 = Vector512.FusedMultiplyAdd(u, v1, a11);
            a12 = Vector512.FusedMultiplyAdd(u, v2, a12);
            a13 = Vector512.FusedMultiplyAdd(u, v3, a13);
            u = Vector512.Load(x2 + i);
            a20 = Vector512.FusedMultiplyAdd(u, v0, a20);
            a21 = Vector512.FusedMultiplyAdd(u, v1, a21);
            a22 = Vector512.FusedMultiplyAdd(u, v2, a22);
            a23 = Vector512.FusedMultiplyAdd(u, v3, a23);
            u = Vector512.Load(x3 + i);
            a30 = Vector512.FusedMultiplyAdd(u, v0, a30);
            a31 = Vector512.FusedMultiplyAdd(u, v1, a31);
            a32 = Vector512.FusedMultiplyAdd(u, v2, a32);
            a33 = Vector512.FusedMultiplyAdd(u, v3, a33);
        }

        var top = Lanes8.Sum(a00, a01, a02, a03, a10, a11, a12, a13);
        var bottom = Lanes8.Sum(a20, a21, a22, a23, a30, a31, a32, a33);
        Store(top.GetLower(), y, accumulate);
        Store(top.GetUpper(), y + yStride, accumulate);
        Store(bottom.GetLower(), y + (2 * yStride), accumulate);
        Store(bottom.GetUpper(), y + (3 * yStride), accumulate);
        if (i < length)
        {
            Tails(x, w, stride, i, length, y, yStride);
        }
    }

    private static void Store(Vector128<float> sums, float* y, bool accumulate) => (accumulate ? Vector128.Load(y) + sums : sums).Store(y);

    private static void Tails(float* x, float* w, nint stride, int from, int length, float* y, nint yStride)
    {
        for (var t = 0; t < Tile; t++)
        {
            for (var row = 0; row < Tile; row++)
            {
                for (var i = from; i < length; i++)
                {
                    y[(t * yStride) + row] += x[(t * stride) + i] * w[(row * stride) + i];
                }
            }
        }
    }

    private static void Edge(float* x, int count, float* w, int rows, nint stride, int length, float* y, nint yStride, bool accumulate)
    {
        var sums = stackalloc float[Tile];
        for (var t = 0; t < count; t++)
        {
            Dot.Rows(w, stride, rows, x + (t * stride), length, sums);
            for (var row = 0; row < rows; row++)
            {
                y[(t * yStride) + row] = sums[row] + (accumulate ? y[(t * yStride) + row] : 0);
            }
        }
    }
}
