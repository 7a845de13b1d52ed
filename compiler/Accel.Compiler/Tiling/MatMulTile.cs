using Accel.Isa.Commands;

namespace Accel.Compiler.Tiling;

/// <summary>How a matrix product is cut.</summary>
/// <param name="Outputs">Rows of the matrix in a tile.</param>
/// <param name="Depth">Columns of the matrix in a tile; the whole width unless a row is too long.</param>
/// <param name="Fold">Bands of the array.</param>
/// <param name="Dataflow">What stands still in the array.</param>
/// <param name="Cycles">What the cost model says for the whole product.</param>
public sealed record MatMulTile(int Outputs, int Depth, int Fold, Dataflow Dataflow, long Cycles);

/// <summary>A product to be cut.</summary>
/// <param name="Tokens">Rows of activations.</param>
/// <param name="Outputs">Rows of the matrix.</param>
/// <param name="Columns">Columns of the matrix.</param>
/// <param name="GroupSize">Columns that share a mantissa.</param>
/// <param name="CodeBits">Bits of a code.</param>
/// <param name="RowStep">Whole rows are filled up to multiples of so many bytes.</param>
public sealed record MatMulShape(int Tokens, int Outputs, int Columns, int GroupSize, int CodeBits, long RowStep = 2)
{
    /// <summary>Depth is cut at multiples of this, so that groups and bytes stay whole; rows of one group may be cut at every byte.</summary>
    public int DepthStep => GroupSize >= Columns ? 8 : GroupSize * (8 / (int)System.Numerics.BigInteger.GreatestCommonDivisor(8, GroupSize));

    /// <summary>Bytes of a tile's row: codes up to an even number, then mantissas.</summary>
    public long RowBytes(int depth)
    {
        var codes = (((long)depth * CodeBits) + 7) / 8;
        var bytes = ((codes + 1) / 2 * 2) + (2L * ((depth + GroupSize - 1) / GroupSize));
        return depth == Columns ? (bytes + RowStep - 1) / RowStep * RowStep : bytes;
    }
}
