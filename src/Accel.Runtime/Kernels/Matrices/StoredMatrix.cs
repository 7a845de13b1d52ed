using System.Runtime.Intrinsics.X86;
using Accel.Core.Formats;

namespace Accel.Runtime.Kernels.Matrices;

/// <summary>A stored weight matrix <c>[rows, columns]</c> and how it is multiplied.</summary>
internal abstract class StoredMatrix(StoredTensor tensor)
{
    /// <summary>Threads take whole groups of so many rows, so that a row is always computed by the same code.</summary>
    public const int RowGrain = 16;

    /// <summary>From this length on eight float32 rows at once would fight for the same cache sets; four with a prefetch do not.</summary>
    private const int LongRow = 512;

    protected StoredTensor Tensor { get; } = tensor;

    public int Rows { get; } = checked((int)tensor.Rows);

    public int Columns { get; } = checked((int)tensor.RowElements);

    /// <summary>The multiplication that suits the format: in registers for the common ones, by decoded rows for the rest.</summary>
    public static StoredMatrix Create(StoredTensor tensor)
    {
        var format = tensor.Format;
        StoredMatrix decoded = format == StorageFormats.F32 ? new Float32Matrix(tensor) : new DecodedMatrix(tensor);
        if (!Avx512F.IsSupported || tensor.RowElements % 32 != 0)
        {
            return decoded;
        }

        return format == StorageFormats.F32 && tensor.RowElements >= LongRow ? new BlockMatrix<F32Block>(tensor, decoded)
            : format == StorageFormats.F16 ? new BlockMatrix<F16Block>(tensor, decoded)
            : format == StorageFormats.BF16 ? new BlockMatrix<BF16Block>(tensor, decoded)
            : format == StorageFormats.Q8_0 ? new BlockMatrix<Q8_0Block>(tensor, decoded)
            : format == StorageFormats.Q4_0 ? new BlockMatrix<Q4_0Block>(tensor, decoded)
            : format == StorageFormats.IQ4_NL ? new BlockMatrix<IQ4_NLBlock>(tensor, decoded)
            : decoded;
    }

    /// <summary><c>y[r] = W[r] . x</c> for rows <c>[start, end)</c>.</summary>
    /// <param name="x">One vector, <c>[columns]</c>.</param>
    /// <param name="y">All rows, <c>[rows]</c>; only those of the range are written.</param>
    public abstract void MultiplyVector(ReadOnlySpan<float> x, Span<float> y, int start, int end);

    /// <summary><c>y[t, r] = W[r] . x[t]</c> for rows <c>[start, end)</c>.</summary>
    /// <param name="x"><c>[count, columns]</c>.</param>
    /// <param name="y"><c>[count, rows]</c>.</param>
    public abstract void MultiplyMatrix(ReadOnlySpan<float> x, Span<float> y, int count, int start, int end);
}
