using Accel.Core.Formats;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels.Matrices;

/// <summary>Weights of any format, decoded a few rows at a time into float32 that stays in the nearest cache.</summary>
internal sealed unsafe class DecodedMatrix(StoredTensor tensor) : StoredMatrix(tensor)
{
    /// <summary>Rows decoded together for a matrix: enough that the decoded block is reused by every row of x.</summary>
    private const int BlockRows = 16;

    public override void MultiplyVector(ReadOnlySpan<float> x, Span<float> y, int start, int end)
    {
        var scratch = Scratch.Floats(checked(Columns * BlockRows));
        fixed (float* px = x, py = y, block = scratch)
        {
            for (var row = start; row < end; row += 8)
            {
                var rows = Math.Min(8, end - row);
                Decode(row, rows, scratch);
                Dot.Rows(block, Columns, rows, px, Columns, py + row);
            }
        }
    }

    public override void MultiplyMatrix(ReadOnlySpan<float> x, Span<float> y, int count, int start, int end)
    {
        var scratch = Scratch.Floats(checked(Columns * BlockRows));
        fixed (float* px = x, py = y, block = scratch)
        {
            for (var row = start; row < end; row += BlockRows)
            {
                var rows = Math.Min(BlockRows, end - row);
                Decode(row, rows, scratch);
                Gemm.Multiply(px, count, block, rows, Columns, py + row, Rows);
            }
        }
    }

    private void Decode(int row, int rows, float[] scratch)
    {
        for (var i = 0; i < rows; i++)
        {
            Tensor.DecodeRow(row + i, scratch.AsSpan(i * Columns, Columns));
        }
    }
}
