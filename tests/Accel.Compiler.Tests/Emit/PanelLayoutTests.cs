using System.Buffers.Binary;
using Accel.Compiler.Emit;
using Accel.Compiler.Quantization;
using Accel.Compiler.Tiling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Matrices lie in the order in which programs read them, every code and mantissa where the program looks for it.</summary>
public sealed class PanelLayoutTests
{
    [Fact]
    public void Tiles_in_the_order_of_a_program_follow_each_other_from_the_matrix_s_start_to_its_end() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue - 1),
        seed =>
        {
            var (layout, _, tile, blocks, arrays) = Case(new Random(seed), isTable: false);
            var next = 0L;
            foreach (var (start, outputs, depth, _, _) in Tiles(layout, tile, blocks, arrays))
            {
                Assert.Equal(next, start);
                next += layout.TileBytes(outputs, depth);
            }

            Assert.Equal(layout.Bytes, next);
        });

    [Fact]
    public void Every_code_and_mantissa_lies_where_its_tile_has_it() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue - 1),
        seed =>
        {
            var random = new Random(seed);
            var (layout, matrix, tile, blocks, arrays) = Case(random, isTable: random.Next(3) == 0);
            var image = layout.Pack();
            var apart = layout.PackMantissas();
            Assert.Equal(layout.Bytes, image.Length);
            var seen = 0L;
            foreach (var (start, outputs, depth, row, column) in Tiles(layout, tile, blocks, arrays))
            {
                for (var r = 0; r < outputs; r++)
                {
                    var record = image.AsSpan((int)(start + (r * layout.RowBytes(depth))), (int)layout.RowBytes(depth));
                    for (var c = 0; c < depth; c++, seen++)
                    {
                        Assert.Equal(matrix.Data.Codes[((row + r) * matrix.Columns) + column + c], Code(record, c, layout.Format.Bits()));
                        var mantissa = layout.Shape.MantissasApart
                            ? BinaryPrimitives.ReadUInt16LittleEndian(apart.AsSpan(2 * (row + r)))
                            : BinaryPrimitives.ReadUInt16LittleEndian(record[(int)(layout.MantissaOffset(depth) + (2 * (c / matrix.GroupSize)))..]);
                        Assert.Equal(matrix.Data.Mantissas[((row + r) * matrix.Groups) + ((column + c) / matrix.GroupSize)], mantissa);
                    }
                }
            }

            Assert.Equal((long)matrix.Rows * matrix.Columns, seen);
        });

    [Fact]
    public void Filler_is_no_more_than_one_part_in_sixty_four_and_the_evenness_of_rows() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue - 1),
        seed =>
        {
            var (layout, matrix, _, _, _) = Case(new Random(seed), isTable: false);
            var needed = ((matrix.StorageBits + 7) / 8) + layout.RepeatedMantissaBytes - layout.MantissaBytes;
            Assert.InRange(layout.Bytes, needed, needed + (needed / 64) + (4L * matrix.Rows * layout.Parts));
        });

    private static int Code(ReadOnlySpan<byte> record, int index, int bits)
    {
        var value = 0;
        for (var bit = 0; bit < bits; bit++)
        {
            var place = (index * bits) + bit;
            value |= ((record[place / 8] >> (place % 8)) & 1) << bit;
        }

        return value << (32 - bits) >> (32 - bits);
    }

    /// <summary>All tiles as a product goes through them: rounds of all arrays, in each round panel by panel.</summary>
    private static IEnumerable<(long Start, int Outputs, int Depth, int Row, int Column)> Tiles(PanelLayout layout, MatMulTile tile, int blocks, int arrays)
    {
        var perRound = arrays * tile.Outputs;
        for (var block = 0; block < blocks; block++)
        {
            for (var round = 0; round * perRound < layout.Shape.Outputs; round++)
            {
                var rows = Math.Min(perRound, layout.Shape.Outputs - (round * perRound));
                for (var part = 0; part < layout.Parts; part++)
                {
                    for (var array = 0; array * tile.Outputs < rows; array++)
                    {
                        var depth = layout.DepthOf(part);
                        yield return (
                            layout.TileStart(block, round, rows, array, tile.Outputs, part, depth).Constant, Math.Min(tile.Outputs, rows - (array * tile.Outputs)), depth,
                            (block * layout.Shape.Outputs) + (round * perRound) + (array * tile.Outputs), part * layout.Depth);
                    }
                }
            }
        }
    }

    private static (PanelLayout Layout, WeightMatrix Matrix, MatMulTile Tile, int Blocks, int Arrays) Case(Random random, bool isTable)
    {
        var (blocks, arrays) = (random.Next(1, 3), random.Next(1, 5));
        var (rows, columns) = (random.Next(1, 60) * blocks, random.Next(1, 200));
        var format = (WeightFormat)random.Next(4);
        var group = random.Next(2) == 0 ? columns : 16;
        var limit = WeightMatrix.LimitOf(format);
        var matrix = new WeightMatrix("matrix", rows, columns, format, group, 0);
        matrix = matrix with
        {
            Data = new(
                [.. Enumerable.Range(0, rows * columns).Select(_ => (sbyte)random.Next(-limit, limit + 1))],
                [.. Enumerable.Range(0, rows * matrix.Groups).Select(_ => (ushort)random.Next(1 << 16))]),
        };
        var shape = new MatMulShape(rows / blocks, columns, group, matrix.CodeBits)
        {
            Stripe = 1 << random.Next(6, 14),
            IsTable = isTable,
            MantissasApart = !isTable && matrix.Groups == 1 && random.Next(2) == 0,
        };
        var depth = random.Next(3) == 0 ? columns : Math.Min(columns, shape.DepthStep * random.Next(1, 5));
        var tile = new MatMulTile(random.Next(1, shape.Outputs + 1), depth, 1, Dataflow.WeightStationary, 0);

        // A table lies row by row in each of its parts: tiles follow each other within a part alone.
        return (new(matrix, shape, blocks, tile, arrays), matrix, tile, blocks, arrays);
    }
}
