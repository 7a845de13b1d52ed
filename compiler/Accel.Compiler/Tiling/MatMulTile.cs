using Accel.Isa.Commands;

namespace Accel.Compiler.Tiling;

/// <summary>How a matrix product is cut.</summary>
/// <param name="Outputs">Rows of the matrix in a tile.</param>
/// <param name="Depth">Columns of the matrix in a tile; the whole width unless a row is too long.</param>
/// <param name="Fold">Bands of the array.</param>
/// <param name="Dataflow">What stands still in the array.</param>
/// <param name="Cycles">What the cost model says for the whole product.</param>
public sealed record MatMulTile(int Outputs, int Depth, int Fold, Dataflow Dataflow, long Cycles);

/// <summary>A matrix as it is cut: its sizes, and what its layout in memory costs.</summary>
/// <param name="Outputs">Rows of the matrix.</param>
/// <param name="Columns">Columns of the matrix.</param>
/// <param name="GroupSize">Columns that share a mantissa.</param>
/// <param name="CodeBits">Bits of a code.</param>
public sealed record MatMulShape(int Outputs, int Columns, int GroupSize, int CodeBits)
{
    /// <summary>No more than one part in so many is filler.</summary>
    private const int FillWorth = 64;

    /// <summary>Bytes over which addresses go once round all channels of the memory.</summary>
    public long Stripe { get; init; } = 2;

    /// <summary>Bytes of an activation: an array takes 16-bit codes half as fast.</summary>
    public int ActivationBytes { get; init; } = 1;

    /// <summary>Mantissas lie in a vector of their own, not behind the codes of their row.</summary>
    public bool MantissasApart { get; init; }

    /// <summary>Rows are looked up one by one as well, so that they lie one behind the other, whole or in parts.</summary>
    public bool IsTable { get; init; }

    /// <summary>Depth is cut at multiples of this, so that groups and bytes stay whole; rows of one group may be cut at every byte.</summary>
    public int DepthStep => GroupSize >= Columns ? 8 : GroupSize * (8 / (int)System.Numerics.BigInteger.GreatestCommonDivisor(8, GroupSize));

    /// <summary>Whether tiles of this depth lie row by row, and any number of rows is one run of bytes; else tile by tile.</summary>
    public bool IsByRows(int depth) => IsTable || depth >= Columns;

    /// <summary>Bytes of so many codes of a row, up to an even number: mantissas are aligned.</summary>
    public long CodeBytes(int depth) => ((((long)depth * CodeBits) + 7) / 8 + 1) / 2 * 2;

    /// <summary>Mantissas in a tile's row; none where they lie apart.</summary>
    public int Groups(int depth) => MantissasApart ? 0 : (depth + GroupSize - 1) / GroupSize;

    /// <summary>Bytes from row to row of a tile.</summary>
    /// <param name="depth">Columns of the tile.</param>
    /// <param name="byRows">Rows are filled up, so that tiles of few rows already are whole stripes.</param>
    public long RowBytes(int depth, bool byRows)
    {
        var bytes = CodeBytes(depth) + (2L * Groups(depth));
        return byRows ? Filled(bytes) : bytes;
    }

    /// <summary>Bytes of a tile in memory and in its slot: tiles that lie one by one are filled up themselves.</summary>
    public long TileBytes(int outputs, int depth, bool byRows) => byRows ? outputs * RowBytes(depth, true) : Filled(outputs * RowBytes(depth, false));

    /// <summary>Up to multiples of a power of two that divides the stripe, as far as it is worth it.</summary>
    private long Filled(long bytes)
    {
        var step = Math.Clamp(1L << System.Numerics.BitOperations.Log2((ulong)Math.Max(1, bytes / FillWorth)), 2, Stripe);
        return (bytes + step - 1) / step * step;
    }
}
