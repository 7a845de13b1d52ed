using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Accel.Core.Formats;

namespace Accel.Runtime.Kernels.Matrices;

/// <summary>
/// Weights multiplied block by block in registers. Four rows at a time share the loads of x; every row is summed in the same order
/// whatever stands beside it.
/// </summary>
/// <typeparam name="TBlock">The format.</typeparam>
/// <param name="tensor">The weights.</param>
/// <param name="decoded">Multiplies many rows of x, which are worth a decoded block.</param>
internal sealed unsafe class BlockMatrix<TBlock>(StoredTensor tensor, StoredMatrix decoded) : StoredMatrix(tensor)
    where TBlock : IBlock32
{
    private const int BlockElements = 32;

    private const int CacheLine = 64;

    /// <summary>
    /// Bytes between the block in hand and the line asked for. Rows lie behind each other, so one running address covers all four;
    /// measured from 8 KiB to 256 KiB, 64 KiB and more reach four fifths of the streaming bandwidth for every format.
    /// </summary>
    private const int PrefetchDistance = 64 * 1024;

    public override void MultiplyVector(ReadOnlySpan<float> x, Span<float> y, int start, int end)
    {
        var stride = (nint)Tensor.RowBytes;
        fixed (float* px = x, py = y)
        {
            var row = start;
            for (; row <= end - 4; row += 4)
            {
                Four(Tensor.Data + (row * stride), stride, px, py + row);
            }

            for (; row < end; row++)
            {
                py[row] = One(Tensor.Data + (row * stride), px);
            }
        }
    }

    public override void MultiplyMatrix(ReadOnlySpan<float> x, Span<float> y, int count, int start, int end) =>
        decoded.MultiplyMatrix(x, y, count, start, end);

    private void Four(byte* w, nint stride, float* x, float* y)
    {
        var s0 = Vector512<float>.Zero;
        var s1 = Vector512<float>.Zero;
        var s2 = Vector512<float>.Zero;
        var s3 = Vector512<float>.Zero;
        var end = x + Columns;
        var ahead = w + PrefetchDistance;
        for (; x < end; x += BlockElements, w += TBlock.Bytes)
        {
            for (var line = 0; line < 4 * TBlock.Bytes; line += CacheLine)
            {
                Sse.Prefetch1(ahead + line);
            }

            ahead += 4 * TBlock.Bytes;
            var x0 = Vector512.Load(x);
            var x1 = Vector512.Load(x + 16);
            s0 = TBlock.MultiplyAdd(w, x0, x1, s0);
            s1 = TBlock.MultiplyAdd(w + stride, x0, x1, s1);
            s2 = TBlock.MultiplyAdd(w + (2 * stride), x0, x1, s2);
            s3 = TBlock.MultiplyAdd(w + (3 * stride), x0, x1, s3);
        }

        y[0] = Lanes8.Sum(s0);
        y[1] = Lanes8.Sum(s1);
        y[2] = Lanes8.Sum(s2);
        y[3] = Lanes8.Sum(s3);
    }

    private float One(byte* w, float* x)
    {
        var sum = Vector512<float>.Zero;
        var end = x + Columns;
        for (; x < end; x += BlockElements, w += TBlock.Bytes)
        {
            sum = TBlock.MultiplyAdd(w, Vector512.Load(x), Vector512.Load(x + 16), sum);
        }

        return Lanes8.Sum(sum);
    }
}
