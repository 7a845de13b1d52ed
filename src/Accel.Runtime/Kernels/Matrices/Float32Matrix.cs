using Accel.Core.Formats;

namespace Accel.Runtime.Kernels.Matrices;

/// <summary>Float32 weights, read where they are stored.</summary>
internal sealed unsafe class Float32Matrix(StoredTensor tensor) : StoredMatrix(tensor)
{
    public override void MultiplyVector(ReadOnlySpan<float> x, Span<float> y, int start, int end)
    {
        fixed (float* px = x, py = y)
        {
            Dot.Rows((float*)Tensor.Data + ((nint)start * Columns), Columns, end - start, px, Columns, py + start);
        }
    }

    public override void MultiplyMatrix(ReadOnlySpan<float> x, Span<float> y, int count, int start, int end)
    {
        fixed (float* px = x, py = y)
        {
            Gemm.Multiply(px, count, (float*)Tensor.Data + ((nint)start * Columns), end - start, Columns, py + start, Rows);
        }
    }
}
