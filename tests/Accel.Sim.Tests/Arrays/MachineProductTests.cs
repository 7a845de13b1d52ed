using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Sim.Arrays;

namespace Accel.Sim.Tests.Arrays;

public sealed class MachineProductTests
{
    [Fact]
    public void A_single_tile_is_loaded_streamed_and_leaves_through_rows_columns_and_adder()
    {
        // 8x4 array, 4 weights per cycle: 8 cycles of load, 20 rows, 8 + 4 - 1 on the way out.
        var product = MachineProduct.Of(Array(8, 4, port: 4, buffers: 2), Dataflow.WeightStationary, 1, 8, 20, 4, 8);
        Assert.Equal((8 + 20 + 8 + 4 - 1, 1L), (product.Cycles, product.Passes));
    }

    [Fact]
    public void Tiles_load_behind_the_stream_with_two_buffers_and_after_it_with_one()
    {
        // 3 x 5 tiles of 8 cycles of load and 20 rows.
        var (m, n, k) = (20, 5 * 4, 3 * 8);
        Assert.Equal(8 + (15 * 20) + 11, MachineProduct.Of(Array(8, 4, 4, buffers: 2), Dataflow.WeightStationary, 1, 8, m, n, k).Cycles);
        Assert.Equal((15 * (8 + 20)) + 11, MachineProduct.Of(Array(8, 4, 4, buffers: 1), Dataflow.WeightStationary, 1, 8, m, n, k).Cycles);
    }

    [Fact]
    public void One_token_takes_as_long_as_its_weights_take_to_load_when_rows_are_folded()
    {
        // 1024 x 1024 weights at 32 a cycle; bands of one row leave through 32 columns.
        var product = MachineProduct.Best(Array(32, 32, 32, 2), Dataflow.WeightStationary, 8, 1, 1024, 1024);
        Assert.Equal(32, product.Fold);
        Assert.Equal((1024 * 1024 / 32) + 1 + 1 + 31, product.Cycles);

        // The textbook array pays fill and drain for each of its 1024 folds.
        Assert.Equal(1024 * (32 + 32 + 32 + 1 - 2), new FoldedProduct(32, 32, Stationary.Weights, 1, 1024, 1024).Cycles);
    }

    [Fact]
    public void It_never_beats_its_multipliers_or_its_weight_port_nor_loses_to_the_textbook_array()
    {
        var random = new Random(31);
        for (var run = 0; run < 300; run++)
        {
            var (rows, columns) = (1 << random.Next(6), random.Next(1, 40));
            var (m, n, k) = (random.Next(1, 100), random.Next(1, 300), random.Next(1, 300));
            var product = MachineProduct.Best(Array(rows, columns, columns, 2), Dataflow.WeightStationary, 8, m, n, k);
            Assert.InRange(product.Utilisation, 0, 1);
            Assert.True(product.Cycles >= (long)n * k / columns, "faster than its weights arrive");
            Assert.True(product.Cycles <= new FoldedProduct(rows, columns, Stationary.Weights, m, n, k).Cycles + 1, $"{rows}x{columns}, {m} {n} {k}: {product}");
        }
    }

    [Fact]
    public void More_passes_than_can_be_walked_are_refused() =>
        Assert.Throws<InputException>(() => MachineProduct.Of(Array(1, 1, 1, 2), Dataflow.WeightStationary, 1, 8, 1, 1_000_000, 1_000_000));

    [Theory]
    [InlineData(Dataflow.WeightStationary)]
    [InlineData(Dataflow.OutputStationary)]
    public void The_greatest_extents_do_not_overflow(Dataflow dataflow)
    {
        const long Most = MachineProduct.Largest;
        var product = MachineProduct.Of(Array(512, 4096, 4096, 2), dataflow, 1, 16, 512, 4096, Most);
        Assert.True(product.Cycles > 0);
        Assert.Equal((Int128)512 * 4096 * Most, product.Macs);
    }

    private static MatMulArrayConfig Array(int rows, int columns, long port, int buffers) => new()
    {
        Count = 1, Rows = rows, Columns = columns, WeightBuffers = buffers, WeightPort = new(port), Accumulators = new(8),
        Dataflows = [ArrayDataflow.WeightStationary], Activations = [ActivationType.Int8], Weights = [WeightType.Int8],
    };
}
