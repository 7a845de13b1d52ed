using System.Buffers.Binary;
using Accel.Compiler.Quantization;
using Accel.Compiler.Tiling;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// How a matrix lies in memory: in the order in which programs read it, so that each tile is one run of bytes and tiles follow each other.
/// Whole rows lie one behind the other; tiles of any number of rows are runs. Rows that are cut into panels along the depth lie tile by
/// tile: the tiles that all arrays work on at once, panel by panel, and in each panel array by array.
/// </summary>
/// <remarks>A row of a tile is its packed codes and its mantissas, unless these lie apart.</remarks>
internal sealed class PanelLayout
{
    private readonly WeightMatrix _matrix;
    private readonly int _blocks;
    private readonly int _arrays;

    /// <param name="shape">Of one block of the matrix.</param>
    /// <param name="blocks">Blocks of a block-diagonal matrix.</param>
    /// <param name="tile">Its depth is that of the panels; where rows are cut, its outputs are those of every tile.</param>
    public PanelLayout(WeightMatrix matrix, MatMulShape shape, int blocks, MatMulTile tile, int arrays)
    {
        (_matrix, Shape, _blocks, _arrays, Depth, TileOutputs) = (matrix, shape, blocks, arrays, tile.Depth, tile.Outputs);
        Format = matrix.Format switch
        {
            WeightFormat.Int8 => CodeFormat.Int8,
            WeightFormat.Int4 => CodeFormat.Int4,
            WeightFormat.Int3 => CodeFormat.Int3,
            _ => CodeFormat.Ternary,
        };
    }

    public CodeFormat Format { get; }

    public MatMulShape Shape { get; }

    /// <summary>Columns of a panel; the last may have fewer.</summary>
    public int Depth { get; }

    /// <summary>Whether any number of rows of a panel is one run of bytes.</summary>
    public bool IsByRows => Shape.IsByRows(Depth);

    /// <summary>Panels along the depth.</summary>
    public int Parts => (Shape.Columns + Depth - 1) / Depth;

    /// <summary>Bytes of the whole matrix, without mantissas that lie apart.</summary>
    public long Bytes => _blocks * BlockBytes;

    /// <summary>Bytes of mantissas that lie apart.</summary>
    public long MantissaBytes => Shape.MantissasApart ? 2L * _matrix.Rows : 0;

    /// <summary>Bytes of mantissas that stand in more than one panel, beyond once.</summary>
    public long RepeatedMantissaBytes =>
        Shape.MantissasApart ? 0 : 2L * _matrix.Rows * (Enumerable.Range(0, Parts).Sum(part => Shape.Groups(DepthOf(part))) - _matrix.Groups);

    /// <summary>Rows of the matrix in a tile, where rows are cut; else every program has its own.</summary>
    private int TileOutputs { get; }

    private int Tiles => (Shape.Outputs + TileOutputs - 1) / TileOutputs;

    /// <summary>Bytes of the tiles of all arrays in all panels.</summary>
    private long RoundBytes => _arrays * (((Parts - 1) * Shape.TileBytes(TileOutputs, Depth, false)) + Shape.TileBytes(TileOutputs, DepthOf(Parts - 1), false));

    private long BlockBytes
    {
        get
        {
            if (IsByRows)
            {
                return Shape.Outputs * (((Parts - 1) * RowBytes(Depth)) + RowBytes(DepthOf(Parts - 1)));
            }

            var (rounds, rest) = (Shape.Outputs / (_arrays * TileOutputs), Shape.Outputs % (_arrays * TileOutputs));
            var bytes = rounds * RoundBytes;
            for (var part = 0; rest > 0 && part < Parts; part++)
            {
                bytes += PanelBytes(rest, DepthOf(part));
            }

            return bytes;
        }
    }

    public int DepthOf(int part) => Math.Min(Depth, Shape.Columns - (part * Depth));

    /// <summary>Bytes from row to row of a tile.</summary>
    public long RowBytes(int depth) => Shape.RowBytes(depth, IsByRows);

    /// <summary>Bytes of a tile in memory and in its slot.</summary>
    public long TileBytes(int outputs, int depth) => Shape.TileBytes(outputs, depth, IsByRows);

    /// <summary>Where a row's mantissas begin in it.</summary>
    public long MantissaOffset(int depth) => Shape.CodeBytes(depth);

    /// <summary>Where a tile begins in the matrix.</summary>
    /// <param name="block">Of the matrix.</param>
    /// <param name="round">Tiles of all arrays before it, over their number.</param>
    /// <param name="abreast">Rows of the block in the tiles of its round.</param>
    /// <param name="array">Its place among them.</param>
    /// <param name="outputs">Rows of a tile that is not the last.</param>
    /// <param name="part">Its panel.</param>
    /// <param name="depth">Columns of that panel.</param>
    public Expression TileStart(int block, Expression round, int abreast, int array, int outputs, Expression part, int depth)
    {
        var start = block * BlockBytes;
        return IsByRows
            ? (round * (_arrays * outputs * RowBytes(depth))) + (part * (Shape.Outputs * RowBytes(Depth))) + (start + (array * outputs * RowBytes(depth)))
            : (round * RoundBytes) + (part * PanelBytes(abreast, Depth)) + (start + (array * TileBytes(TileOutputs, depth)));
    }

    /// <summary>A row of a panel that lies by rows: the same for every row.</summary>
    public long PanelStart(int part) => part * Shape.Outputs * RowBytes(Depth);

    /// <summary>Bytes of the tiles of one panel that are read at once.</summary>
    /// <param name="rows">In all of them.</param>
    private long PanelBytes(int rows, int depth) => (rows / TileOutputs * TileBytes(TileOutputs, depth)) + (rows % TileOutputs > 0 ? TileBytes(rows % TileOutputs, depth) : 0);

    /// <summary>The matrix as it stands in memory.</summary>
    public byte[] Pack()
    {
        var image = new byte[checked(Bytes)];
        var outputs = IsByRows ? 1 : TileOutputs;
        for (var row = 0; row < _matrix.Rows; row++)
        {
            var (block, inBlock) = (row / Shape.Outputs, row % Shape.Outputs);
            var (tile, inTile) = (inBlock / outputs, inBlock % outputs);
            var (round, array) = (tile / _arrays, tile % _arrays);
            var abreast = Math.Min(_arrays * outputs, Shape.Outputs - (round * _arrays * outputs));
            for (var part = 0; part < Parts; part++)
            {
                var depth = DepthOf(part);
                var start = TileStart(block, round, abreast, array, outputs, part, depth).Constant + (inTile * RowBytes(depth));
                PackRow(image.AsSpan(checked((int)start), (int)RowBytes(depth)), row, part * Depth, depth);
            }
        }

        return image;
    }

    /// <summary>The mantissas that lie apart, one a row.</summary>
    public byte[] PackMantissas()
    {
        var image = new byte[MantissaBytes];
        for (var row = 0; 2 * row < image.Length; row++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(2 * row), _matrix.Data.Mantissas[row]);
        }

        return image;
    }

    private void PackRow(Span<byte> record, int row, int first, int depth)
    {
        var bits = Format.Bits();
        var mask = (1 << bits) - 1;
        var codes = _matrix.Data.Codes.AsSpan((row * _matrix.Columns) + first, depth);
        for (var i = 0; i < codes.Length; i++)
        {
            var (place, shift) = (i * bits / 8, i * bits % 8);
            var code = (codes[i] & mask) << shift;
            record[place] |= (byte)code;
            if (shift + bits > 8)
            {
                record[place + 1] |= (byte)(code >> 8);
            }
        }

        for (var g = 0; g < Shape.Groups(depth); g++)
        {
            var mantissa = _matrix.Data.Mantissas[(row * _matrix.Groups) + (first / _matrix.GroupSize) + g];
            BinaryPrimitives.WriteUInt16LittleEndian(record[(int)(MantissaOffset(depth) + (2 * g))..], mantissa);
        }
    }
}
