using System.Numerics;
using Accel.Core.Units;
using Accel.Hardware;
using Accel.Rtl.Blocks.Arrays;

namespace Accel.Rtl.Tests.Blocks;

/// <summary>The emitted read-out against whole numbers, and its clock against the simulator's formula.</summary>
public sealed class ReadOutTests
{
    private const int Latency = 8;

    [SkippableTheory]
    [InlineData(ArrayDataflow.WeightStationary, 4, 4, 1, 8, 1)]
    [InlineData(ArrayDataflow.OutputStationary, 4, 3, 2, 5, 2)]
    [InlineData(ArrayDataflow.WeightStationary, 6, 5, 3, 16, 3)]
    [InlineData(ArrayDataflow.OutputStationary, 2, 2, 1, 1, 4)]
    public void Results_are_scaled_sums_that_leave_in_the_simulators_cycles(ArrayDataflow dataflow, int rows, int columns, int fold, int port, int seed)
    {
        Tool.Require("iverilog", "iverilog");
        var options = Options(dataflow, rows, columns, fold) with { ReadOutBytes = port };
        var random = new Random(seed);
        var (tile, sums) = Product(options, random, random.Next(3, 8), random.Next(columns + 1, (2 * options.Lanes) + columns));
        var drains = Enumerable.Range(0, 24).Select(i => RandomDrain(random, tile, sums, i)).ToList();
        var run = new ArrayBench(options).Run([tile], drains);
        var free = 0L;
        for (var i = 0; i < drains.Count; i++)
        {
            var drain = drains[i];
            Assert.Equal(Expected(drain, sums).Select(y => (long?)(long)y), run.Results[i]);

            // ceil(N / C) blocks of a row, or the port: whichever takes longer; the next command's first words are read when the port is free.
            var reads = Math.Max(drain.Rows * ((drain.Columns + columns - 1) / columns), (((long)drain.Rows * drain.Columns << drain.Type) + port - 1) / port);
            var start = Math.Max(run.DrainTimes[i].Taken + 1, free);
            Assert.Equal(start + reads + Latency, run.DrainTimes[i].Done);
            Assert.True(i == 0 || run.DrainTimes[i].Taken < free, "a command waits although the port is free");
            free = start + reads;
        }
    }

    [SkippableFact]
    public void Extremes_round_saturate_and_shift_out()
    {
        Tool.Require("iverilog", "iverilog");
        var options = Options(ArrayDataflow.WeightStationary, 4, 4, 1);
        var (tile, sums) = Product(options, new Random(5), 6, 7);
        ArrayDrain Of(int? scale, int? bias, int type, int sumShift, int outputShift, long limit) => new(
            tile.Rows, tile.Outputs, 0, tile.Rows, scale is { } s ? [.. Enumerable.Repeat(s, tile.Rows)] : null, bias is { } b ? [.. Enumerable.Repeat(b, tile.Outputs)] : null, type, sumShift, outputShift, limit);
        ArrayDrain[] drains =
        [
            Of(null, null, 3, 0, 0, 0), Of(null, null, 3, 63, 0, 0), Of(null, null, 3, 62, 0, 0), Of(null, null, 3, -20, 0, 0), Of(null, int.MinValue, 3, 1, 0, 0),
            Of(int.MaxValue, int.MaxValue, 2, 0, 1, int.MaxValue), Of(-int.MaxValue, -int.MaxValue, 2, 0, 1, int.MaxValue), Of(int.MinValue, 0, 3, 0, 0, 0),
            Of(int.MaxValue, 1, 0, -12, 31, 127), Of(-1, 0, 1, 3, -5, 32767), Of(0, 5, 1, 3, 60, 32767), Of(7, 0, 0, 5, 63, 1),
        ];
        var run = new ArrayBench(options).Run([tile], drains);
        for (var i = 0; i < drains.Length; i++)
        {
            Assert.Equal(Expected(drains[i], sums).Select(y => (long?)(long)y), run.Results[i]);
        }
    }

    private static ArrayOptions Options(ArrayDataflow dataflow, int rows, int columns, int fold) => new(
        new()
        {
            Count = 1,
            Rows = rows,
            Columns = columns,
            Dataflows = [dataflow],
            Activations = [ActivationType.Int8],
            Weights = [WeightType.Int8],
            WeightBuffers = 2,
            WeightPort = new Bytes(8),
            Accumulators = new Bytes(8L * columns * fold * 64),
        },
        ActivationType.Int8, WeightType.Int8, true, fold) { Dataflow = dataflow };

    private static (ArrayTile Tile, BigInteger[,] Sums) Product(ArrayOptions options, Random random, int rows, int outputs)
    {
        var depth = random.Next(2, 9);
        var (a, w, f) = (new short[rows, depth], new short[outputs, depth], new ushort[outputs, 1]);
        for (var i = 0; i < Math.Max(rows, outputs) * depth; i++)
        {
            a[i / depth % rows, i % depth] = (short)random.Next(-127, 128);
            w[i / depth % outputs, i % depth] = (short)random.Next(-127, 128);
            f[i / depth % outputs, 0] = (ushort)random.Next(1 << 16);
        }

        var sums = new BigInteger[rows, outputs];
        for (var at = 0; at < rows * outputs; at++)
        {
            var (m, n) = (at / outputs, at % outputs);
            sums[m, n] = f[n, 0] * Enumerable.Range(0, depth).Sum(k => (long)a[m, k] * w[n, k]);
        }

        return (new(a, w, f, depth, false, 0), sums);
    }

    /// <summary>A drain of part of the rows or columns, none of whose values leaves 64 bits.</summary>
    private static ArrayDrain RandomDrain(Random random, ArrayTile tile, BigInteger[,] sums, int index)
    {
        while (true)
        {
            var type = index % 4;
            var drain = new ArrayDrain(
                random.Next(1, tile.Rows + 1), random.Next(1, tile.Outputs + 1), 0, tile.Rows,
                random.Next(4) == 0 ? null : [.. Enumerable.Range(0, tile.Rows).Select(_ => random.Next(int.MinValue, int.MaxValue) >> random.Next(24))],
                random.Next(2) == 0 ? null : [.. Enumerable.Range(0, tile.Outputs).Select(_ => random.Next(int.MinValue, int.MaxValue) >> random.Next(24))],
                type, random.Next(-8, 30), random.Next(-4, 50), type == 3 ? 0 : random.NextInt64(1, 1L << ((8 << type) - 1)));
            if (Expected(drain, sums).All(y => y >= long.MinValue && y <= long.MaxValue))
            {
                return drain;
            }
        }
    }

    private static IEnumerable<BigInteger> Expected(ArrayDrain drain, BigInteger[,] sums)
    {
        for (var m = 0; m < drain.Rows; m++)
        {
            for (var n = 0; n < drain.Columns; n++)
            {
                var y = Shift(sums[m, n], drain.SumShift);
                if (drain.Scales is { } scales)
                {
                    y = Shift(BigInteger.Clamp(y, -int.MaxValue, int.MaxValue) * scales[m], drain.OutputShift);
                }

                // What goes beyond 64 bits on the way is a fault in the simulator.
                if (y < long.MinValue || y > long.MaxValue)
                {
                    yield return BigInteger.One << 64;
                    continue;
                }

                y += drain.Biases?[n] ?? 0;
                yield return drain.Limit == 0 ? y : BigInteger.Clamp(y, -drain.Limit, drain.Limit);
            }
        }
    }

    /// <summary>The nearest whole number to <c>value / 2^places</c>, halves up; 0 from 63 places on.</summary>
    private static BigInteger Shift(BigInteger value, int places) =>
        places <= 0 ? value << -places : places > 62 ? BigInteger.Zero : (value + (BigInteger.One << (places - 1))) >> places;
}
