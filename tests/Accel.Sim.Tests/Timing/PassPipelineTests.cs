using Accel.Core.Units;
using Accel.Hardware.Tests;
using Accel.Isa.Commands;
using Accel.Sim.Timing;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Tests.Timing;

/// <summary>The array's cycles against numbers worked out by hand.</summary>
public sealed class PassPipelineTests
{
    private const int Rows = 16;
    private const int Columns = 8;

    private static PassPipeline Array(int buffers = 2, int port = 32) => new(
        Configs.Load("edge").MatMulArrays with { Rows = Rows, Columns = Columns, WeightBuffers = buffers, WeightPort = new Bytes(port) },
        new ScratchpadShares(port, Rows, 1 << 20, 1 << 20, 32));

    private static ProductShape Int8(long m, long k, long n, int fold = 1, Dataflow dataflow = Dataflow.WeightStationary) =>
        new(m, k, n, 1, 8, k, false, fold, dataflow);

    [Fact]
    public void One_pass_loads_streams_and_runs_through_rows_and_columns()
    {
        // 16 x 8 bytes through a port of 32 take 4 cycles, 5 rows take 5, the last sum leaves after 16 + 8 - 1 more.
        Assert.Equal(4 + 5 + Rows + Columns - 1, Array().Run(Int8(5, Rows, Columns), 0));
    }

    [Fact]
    public void Two_buffers_hide_the_loads_behind_the_streams()
    {
        // 6 passes of 10 rows: the first load shows, then a stream follows the other.
        Assert.Equal(4 + (6 * 10) + Rows + Columns - 1, Array().Run(Int8(10, 6 * Rows, Columns), 0));
    }

    [Fact]
    public void Two_buffers_leave_short_streams_to_wait_for_the_port()
    {
        // 6 passes of 1 row: the port is busy for 6 x 4 cycles, then the last row enters.
        Assert.Equal((6 * 4) + 1 + Rows + Columns - 1, Array().Run(Int8(1, 6 * Rows, Columns), 0));
    }

    [Fact]
    public void One_buffer_loads_and_streams_in_turn()
    {
        Assert.Equal((6 * (4 + 10)) + Rows + Columns - 1, Array(buffers: 1).Run(Int8(10, 6 * Rows, Columns), 0));
    }

    [Fact]
    public void Folded_rows_hold_other_outputs_and_shorten_the_way()
    {
        // Bands of one row: 16 inputs are 16 passes of 16 x 8 outputs, 128 bytes or 4 cycles each; the way out is 1 + 8 - 1.
        Assert.Equal((16 * 4) + 1 + 1 + Columns - 1, Array().Run(Int8(1, Rows, 16 * Columns, fold: 16), 0));
    }

    [Fact]
    public void A_pass_never_mixes_groups_of_mantissas()
    {
        // Groups of 8 inputs: 2 passes of 8 x 8 bytes and 8 mantissas of 2 bytes, 80 bytes or 3 cycles each.
        var shape = Int8(1, 16, Columns) with { Group = 8, HasMantissas = true };
        Assert.Equal((2 * 3) + 1 + Rows + Columns - 1, Array().Run(shape, 0));
    }

    [Fact]
    public void Wide_codes_take_two_cycles_a_row()
    {
        var shape = Int8(10, Rows, Columns) with { ActivationBytes = 2 };
        Assert.Equal(4 + (2 * 10) + Rows + Columns - 1, Array().Run(shape, 0));
        Assert.Equal(8 + (4 * 10) + Rows + Columns - 1, Array().Run(shape with { CodeBits = 16 }, 0));
    }

    [Fact]
    public void Output_stationary_streams_the_depth_and_shifts_the_sums_out()
    {
        // 100 inputs, a row of 8 weights per cycle: 100 cycles, then 16 to shift out behind the way through.
        Assert.Equal(100 + Rows + Rows + Columns - 1, Array().Run(Int8(Rows, 100, Columns, dataflow: Dataflow.OutputStationary), 0));
    }

    [Fact]
    public void Output_stationary_a_wide_input_begins_when_the_codes_of_all_outputs_are_there()
    {
        // 64 bytes an input through a port of 32: the first begins in the second cycle, then each takes two.
        var shape = Int8(Rows, 100, 64, fold: 8, dataflow: Dataflow.OutputStationary) with { ActivationBytes = 2 };
        const int Height = Rows / 8;
        Assert.Equal((8 * (1 + 200)) + (2 * Height) + Columns - 1, Array().Run(shape with { Rows = Rows }, 0));

        // 64 codes of 16 bits are four beats, and two cycles of bytes go by behind the last of them.
        var wide = shape with { ActivationBytes = 1, CodeBits = 16, Rows = 1 };
        Assert.Equal((4 * 100) + 1 + (2 * Height) + Columns - 1, Array().Run(wide, 0));
    }

    [Fact]
    public void The_next_products_weights_load_while_this_one_streams()
    {
        var array = Array();
        array.Run(Int8(10, Rows, Columns), 0);
        // The port is free after 4 cycles and the other buffer is empty.
        Assert.Equal(4, array.EarliestLoad);
        // Loaded at 8, streams when the first has: from 14 to 24.
        Assert.Equal(24 + Rows + Columns - 1, array.Run(Int8(10, Rows, Columns), 4));
        // The first buffer is free when its stream has ended.
        Assert.Equal(14, array.EarliestLoad);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void No_product_is_done_faster_than_its_multipliers_or_its_port_allow(int tokens)
    {
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            var shape = Int8(tokens, random.Next(1, 400), random.Next(1, 200), 1 << random.Next(5), (Dataflow)random.Next(2));
            var cycles = Array().Run(shape, 0);
            Assert.True(cycles * Rows * Columns >= (long)shape.Macs, $"{shape}: {cycles}");
            Assert.True(cycles * 32 >= shape.Depth * shape.Outputs, $"{shape}: {cycles}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_product_that_is_looked_up_leaves_what_it_would_have_left(int buffers)
    {
        var (plain, recalling, random) = (Array(buffers), Array(buffers), new Random(buffers));
        ProductShape[] shapes = [Int8(1, 3 * Rows, 4 * Columns), Int8(40, Rows, 2 * Columns), Int8(1, 64, 64, 16), Int8(3, 20, 30, 1, Dataflow.OutputStationary)];
        PassRecord[] records = [.. shapes.Select(_ => new PassRecord())];
        for (var i = 0; i < shapes.Length; i++)
        {
            records[i].Forget(shapes[i]);
        }

        var now = 0L;
        for (var product = 0; product < 3000; product++)
        {
            // Close behind each other, so that buffers are still in use, and now and then long after.
            var shape = random.Next(shapes.Length);
            Assert.Equal(plain.EarliestLoad, recalling.EarliestLoad);
            now = Math.Max(now, plain.EarliestLoad) + (random.Next(10) == 0 ? 1000 : random.Next(4));
            Assert.Equal(plain.Run(shapes[shape], now), recalling.Run(now, records[shape]));
        }

        Assert.InRange(records.Sum(record => record.Recalled), 100, 2999);
    }
}
