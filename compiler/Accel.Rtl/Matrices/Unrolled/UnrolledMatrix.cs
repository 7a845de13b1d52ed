using Accel.Compiler.Quantization;
using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices.Unrolled;

/// <summary>
/// A matrix whose every weight has wires of its own, cut into what one adder graph covers: bands of rows, and in a band a tile for each
/// group of columns, since each group's sum is scaled by itself.
/// </summary>
internal sealed class UnrolledMatrix
{
    /// <param name="weight">With data.</param>
    /// <param name="blocks">Blocks on the diagonal; 1 for a dense matrix.</param>
    /// <param name="codeBits">Bits of the codes that it is multiplied with.</param>
    /// <param name="mostBandRows">Rows of a band at most: of the style.</param>
    public UnrolledMatrix(WeightMatrix weight, int blocks, int codeBits, int mostBandRows)
    {
        (Weight, Blocks, CodeBits) = (weight, blocks, codeBits);
        var bands = new List<Band>();
        var rowsPerBlock = weight.Rows / blocks;
        var perBlock = (rowsPerBlock + mostBandRows - 1) / mostBandRows;
        for (var band = 0; band < blocks * perBlock; band++)
        {
            var (block, part) = (band / perBlock, band % perBlock);
            var first = (int)((long)rowsPerBlock * part / perBlock);
            var end = (int)((long)rowsPerBlock * (part + 1) / perBlock);
            bands.Add(new((block * rowsPerBlock) + first, end - first, block * weight.Columns));
        }

        Bands = bands;
        var greatest = (1L << (codeBits - 1)) - 1;
        foreach (var band in bands)
        {
            for (var group = 0; group < Groups; group++)
            {
                var tile = Tile(band, group);
                MinimumDepth = Math.Max(MinimumDepth, tile.MinimumDepth);
                for (var row = 0; row < band.Rows; row++)
                {
                    var reach = 0L;
                    for (var i = 0; i < tile.Inputs; i++)
                    {
                        reach += Math.Abs(tile[i, row]);
                    }

                    SumBits = Math.Max(SumBits, Bits.OfSigned(reach * greatest));
                }
            }
        }
    }

    public WeightMatrix Weight { get; }

    public int Blocks { get; }

    /// <summary>Bits of the codes that it is multiplied with: 8 or 16.</summary>
    public int CodeBits { get; }

    public string Name => Identifier.From(Weight.Name);

    public int Rows => Weight.Rows;

    /// <summary>Codes that the whole matrix reads.</summary>
    public int Inputs => Weight.Columns * Blocks;

    public int Groups => Weight.Groups;

    /// <summary>Bits of a group's sum: what the weights of the heaviest group and codes at their limit give.</summary>
    public int SumBits { get; private init; }

    /// <summary>Levels of two-input adders that some tile takes at least.</summary>
    public int MinimumDepth { get; private init; }

    public IReadOnlyList<Band> Bands { get; }

    /// <summary>Columns of a group; the last may be short.</summary>
    public int GroupColumns(int group) => Math.Min(Weight.GroupSize, Weight.Columns - (group * Weight.GroupSize));

    /// <summary>The weights of a band in one group, inputs by outputs.</summary>
    public IntegerMatrix Tile(Band band, int group)
    {
        var columns = GroupColumns(group);
        var weights = new int[columns * band.Rows];
        for (var row = 0; row < band.Rows; row++)
        {
            for (var i = 0; i < columns; i++)
            {
                weights[(i * band.Rows) + row] = Weight.Data.Codes[((long)(band.FirstRow + row) * Weight.Columns) + (group * Weight.GroupSize) + i];
            }
        }

        return new(columns, band.Rows, weights);
    }
}

/// <summary>Rows of a matrix that share their sums.</summary>
/// <param name="FirstInput">Where the codes of their block begin.</param>
internal sealed record Band(int FirstRow, int Rows, int FirstInput);
