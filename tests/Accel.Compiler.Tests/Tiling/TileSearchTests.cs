using Accel.Compiler.Scheduling;
using Accel.Compiler.Tests.Emit;
using Accel.Compiler.Tiling;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Compiler.Tests.Tiling;

/// <summary>Tiles fit, cover, and keep the array busy.</summary>
public sealed class TileSearchTests
{
    [Fact]
    public void A_tile_fits_its_slot_and_its_half_of_the_accumulators() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue - 1),
        seed =>
        {
            var random = new Random(seed);
            var machine = new Machine(Machines.Of(random.Next(1, 257), random.Next(1, 257), random.Next(1, 9)));
            var columns = random.Next(1, 5000);
            var shape = new MatMulShape(random.Next(1, 5000), columns, random.Next(2) == 0 ? columns : 32, random.Next(2) == 0 ? 8 : 4)
            {
                Stripe = machine.Stripe,
                IsTable = random.Next(4) == 0,
                MantissasApart = random.Next(2) == 0,
            };
            var slot = random.Next(2000, 200_000);
            int[] tokens = [random.Next(1, 65), 1];
            var tiles = TileSearch.Find(machine, shape, tokens, slot);
            Assert.Equal(tokens.Length, tiles.Length);
            foreach (var (tile, count) in tiles.Zip(tokens))
            {
                var byRows = shape.IsByRows(tile.Depth);
                Assert.InRange(tile.Outputs, 1, shape.Outputs);
                Assert.InRange(tile.Depth, 1, shape.Columns);
                Assert.True(tile.Depth == shape.Columns || tile.Depth % shape.DepthStep == 0);
                Assert.True(tile.Outputs * shape.RowBytes(tile.Depth, byRows) <= slot);
                Assert.True((long)tile.Outputs * count <= machine.HalfAccumulator);
                Assert.Equal(0, machine.Config.MatMulArrays.Rows % tile.Fold);
                // One layout serves all entry points: one depth, and where rows are cut, one tile.
                Assert.Equal(tiles[0].Depth, tile.Depth);
                Assert.True(byRows || tile.Outputs == tiles[0].Outputs);
            }
        });

    [Fact]
    public void One_row_of_activations_folds_an_array_that_is_deeper_than_the_product()
    {
        // 16 inputs leave 48 of 64 rows idle; from four bands on, every row works.
        var machine = new Machine(Machines.Of(64, 8));
        Assert.True(TileSearch.Find(machine, new(1024, 16, 16, 8), [1], 1 << 16)[0].Fold >= 4);
    }

    [Fact]
    public void A_row_that_fits_is_not_cut()
    {
        var machine = new Machine(Machines.Of(32, 32));
        Assert.Equal(4096, TileSearch.Find(machine, new(4096, 4096, 4096, 8), [1], 1 << 18)[0].Depth);
    }

    [Fact]
    public void A_slot_without_room_for_one_step_is_refused()
    {
        var machine = new Machine(Machines.Of(32, 32));
        Assert.Throws<CapacityException>(() => TileSearch.Find(machine, new(64, 64, 64, 8), [1], 9));
    }
}
