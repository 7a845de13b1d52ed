using System.Globalization;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Rtl.Blocks.Arrays;
using Accel.Rtl.Hdl;
using Accel.Sim.Timing;
using Accel.Sim.Timing.Units;

namespace Accel.Rtl.Tests.Blocks;

/// <summary>The emitted array against whole numbers, and its clock against the simulator's formula.</summary>
public sealed class ArrayTests
{
    /// <summary>How many arrays of random shapes; more where the environment asks for them.</summary>
    private static readonly int _randomArrays = int.Parse(Environment.GetEnvironmentVariable("ACCEL_RTL_ARRAYS") ?? "8", CultureInfo.InvariantCulture);

    private static readonly MatMulArrayConfig _small = new()
    {
        Count = 1,
        Rows = 4,
        Columns = 4,
        Dataflows = [ArrayDataflow.WeightStationary, ArrayDataflow.OutputStationary],
        Activations = [ActivationType.Int8, ActivationType.Int16],
        Weights = [WeightType.Ternary, WeightType.Int3, WeightType.Int4, WeightType.Int8, WeightType.Int16],
        WeightBuffers = 2,
        WeightPort = new Bytes(4),
        Accumulators = new Bytes(8 * 1024),
    };

    public static TheoryData<ArrayDataflow, int, int, int, int, int, ActivationType, WeightType, bool, int> Arrays => new()
    {
        // rows, columns, buffers, port, fold
        { ArrayDataflow.WeightStationary, 4, 4, 2, 4, 1, ActivationType.Int8, WeightType.Int8, true, 1 },
        { ArrayDataflow.WeightStationary, 4, 4, 1, 4, 2, ActivationType.Int16, WeightType.Int4, true, 2 },
        { ArrayDataflow.WeightStationary, 8, 8, 2, 8, 1, ActivationType.Int8, WeightType.Int4, true, 3 },
        { ArrayDataflow.WeightStationary, 8, 4, 3, 16, 8, ActivationType.Int8, WeightType.Ternary, true, 4 },
        { ArrayDataflow.WeightStationary, 4, 2, 2, 2, 1, ActivationType.Int16, WeightType.Int16, false, 5 },
        { ArrayDataflow.WeightStationary, 6, 3, 2, 4, 3, ActivationType.Int16, WeightType.Int8, true, 6 },
        { ArrayDataflow.WeightStationary, 4, 4, 2, 4, 1, ActivationType.Int8, WeightType.Int3, true, 7 },
        { ArrayDataflow.WeightStationary, 6, 3, 1, 2, 2, ActivationType.Int16, WeightType.Int3, false, 8 },
        { ArrayDataflow.OutputStationary, 4, 4, 2, 4, 1, ActivationType.Int8, WeightType.Int8, true, 9 },
        { ArrayDataflow.OutputStationary, 4, 4, 1, 4, 4, ActivationType.Int8, WeightType.Int4, true, 10 },
        { ArrayDataflow.OutputStationary, 8, 4, 2, 32, 1, ActivationType.Int8, WeightType.Int4, true, 11 },
        { ArrayDataflow.OutputStationary, 4, 8, 2, 8, 2, ActivationType.Int16, WeightType.Int8, true, 12 },
        { ArrayDataflow.OutputStationary, 6, 3, 2, 4, 3, ActivationType.Int16, WeightType.Int16, false, 13 },
        { ArrayDataflow.OutputStationary, 4, 5, 2, 16, 2, ActivationType.Int8, WeightType.Int3, true, 14 },
        { ArrayDataflow.OutputStationary, 3, 4, 3, 16, 1, ActivationType.Int8, WeightType.Ternary, true, 15 },
        { ArrayDataflow.OutputStationary, 8, 2, 2, 2, 8, ActivationType.Int8, WeightType.Int16, true, 16 },
    };

    [SkippableTheory]
    [MemberData(nameof(Arrays))]
    public void Random_products_give_the_exact_sums_in_the_simulators_cycles(
        ArrayDataflow dataflow, int rows, int columns, int buffers, int port, int fold, ActivationType activations, WeightType weights, bool hasMantissas, int seed)
    {
        Tool.Require("iverilog", "iverilog");
        var config = _small with { Rows = rows, Columns = columns, WeightBuffers = buffers, WeightPort = new(port) };
        var options = new ArrayOptions(config, activations, weights, hasMantissas, fold) { Dataflow = dataflow };
        var tiles = RandomTiles(options, new Random(seed), 20);
        var run = new ArrayBench(options).Run(tiles);
        AssertSums(options, tiles, run);
        AssertTimes(options, tiles, run.Times);
    }

    [SkippableFact]
    public void Arrays_of_random_shapes_give_the_exact_sums_in_the_simulators_cycles()
    {
        Tool.Require("iverilog", "iverilog");
        for (var seed = 0; seed < _randomArrays; seed++)
        {
            var random = new Random(seed);
            var fold = random.Next(1, 5);
            var config = _small with
            {
                Rows = fold * random.Next(1, 6), Columns = random.Next(1, 7), WeightBuffers = random.Next(1, 4), WeightPort = new(2 << random.Next(6)),
            };
            var options = new ArrayOptions(config, (ActivationType)random.Next(2), (WeightType)random.Next(5), random.Next(3) > 0, fold) { Dataflow = (ArrayDataflow)(seed % 2) };
            var tiles = RandomTiles(options, random, 12);
            var run = new ArrayBench(options).Run(tiles);
            AssertSums(options, tiles, run);
            AssertTimes(options, tiles, run.Times);
        }
    }

    [SkippableTheory]
    [InlineData(ArrayDataflow.WeightStationary)]
    [InlineData(ArrayDataflow.OutputStationary)]
    public void Sums_do_not_depend_on_stalls(ArrayDataflow dataflow)
    {
        Tool.Require("iverilog", "iverilog");
        var options = new ArrayOptions(_small, ActivationType.Int16, WeightType.Int8, true, 2) { Dataflow = dataflow };
        var tiles = RandomTiles(options, new Random(9), 8);
        AssertSums(options, tiles, new ArrayBench(options).Run(tiles, stall: 9));
    }

    [SkippableTheory]
    [InlineData(ArrayDataflow.WeightStationary)]
    [InlineData(ArrayDataflow.OutputStationary)]
    public void Extreme_codes_and_mantissas_give_exact_sums(ArrayDataflow dataflow)
    {
        Tool.Require("iverilog", "iverilog");
        var options = new ArrayOptions(_small, ActivationType.Int16, WeightType.Int16, false, 1) { Dataflow = dataflow };
        var scaled = new ArrayOptions(_small, ActivationType.Int16, WeightType.Int8, true, 1) { Dataflow = dataflow };
        foreach (var o in new[] { options, scaled })
        {
            var most = (short)((1 << (o.WeightBits - 1)) - 1);
            short[,] Filled(int a, int b, Func<int, int, short> of)
            {
                var array = new short[a, b];
                for (var i = 0; i < a * b; i++)
                {
                    array[i / b, i % b] = of(i / b, i % b);
                }

                return array;
            }

            var tile = new ArrayTile(
                Filled(2, 8, (m, _) => m == 0 ? short.MaxValue : (short)-short.MaxValue),
                Filled(4, 8, (n, k) => n switch { 0 => most, 1 => (short)-most, 2 => (short)(k % 2 == 0 ? most : -most), _ => (short)(-most - 1) }),
                o.HasMantissas ? new ushort[,] { { ushort.MaxValue, ushort.MaxValue }, { ushort.MaxValue, 0 }, { 1, ushort.MaxValue }, { ushort.MaxValue, 1 } } : null,
                o.HasMantissas ? 4 : 8,
                false,
                0);
            AssertSums(o, [tile], new ArrayBench(o).Run([tile]));
        }
    }

    [SkippableFact]
    public void The_text_is_clean_for_lint_and_the_same_every_time()
    {
        foreach (var options in new[]
        {
            new ArrayOptions(_small, ActivationType.Int8, WeightType.Int8, true, 1),
            new ArrayOptions(_small with { WeightBuffers = 1 }, ActivationType.Int16, WeightType.Int16, false, 2),
            new ArrayOptions(_small with { WeightPort = new(2) }, ActivationType.Int16, WeightType.Int4, true, 4),
            new ArrayOptions(_small, ActivationType.Int8, WeightType.Int3, true, 2),
            new ArrayOptions(_small, ActivationType.Int8, WeightType.Int8, true, 1) { Dataflow = ArrayDataflow.OutputStationary },
            new ArrayOptions(_small, ActivationType.Int16, WeightType.Int16, false, 4) { Dataflow = ArrayDataflow.OutputStationary },
            new ArrayOptions(_small, ActivationType.Int16, WeightType.Int3, true, 2) { Dataflow = ArrayDataflow.OutputStationary },
        })
        {
            var module = MatMulArray.Build(options);
            var text = VerilogPrinter.PrintText(module);
            Assert.Equal(text, VerilogPrinter.PrintText(MatMulArray.Build(options)));
            Tool.Require("verilator", "verilator");
            var folder = Tool.Folder("array-lint");
            File.WriteAllText(Path.Combine(folder, "array.v"), text);
            Tool.Lint(folder, "array.v", module.Name);
        }
    }

    [Fact]
    public void What_cannot_be_built_is_refused_with_all_its_faults()
    {
        var narrow = _small with { WeightPort = new(3), Rows = 6, Weights = [WeightType.Int8], Dataflows = [ArrayDataflow.WeightStationary] };
        var options = new ArrayOptions(narrow, ActivationType.Int8, WeightType.Int3, true, 4) { Dataflow = ArrayDataflow.OutputStationary, ReadOutBytes = 0 };
        var fault = Assert.Throws<InputException>(() => MatMulArray.Build(options));
        Assert.Equal(["fold", "weights", "dataflows", "weightPort", "readOutBytes"], fault.Faults.Select(f => f.Place));
    }

    /// <summary>Tiles of all extents around those of the array; the first of an address clears, some add to it.</summary>
    private static List<ArrayTile> RandomTiles(ArrayOptions options, Random random, int count)
    {
        var tiles = new List<ArrayTile>();
        var address = 0;
        while (tiles.Count < count)
        {
            var (rows, outputs) = (random.Next(1, 10), random.Next(1, (2 * options.Lanes) + 2));
            var words = rows * ((outputs + options.Lanes - 1) / options.Lanes);
            if (address + words > options.WordsPerLane)
            {
                break;
            }

            for (var part = random.Next(1, 3); part > 0 && tiles.Count < count; part--)
            {
                tiles.Add(RandomTile(options, random, rows, random.Next(1, (3 * options.Height) + 2), outputs, tiles.Count > 0 && tiles[^1].Address == address, address));
            }

            address += words;
        }

        return tiles;
    }

    private static ArrayTile RandomTile(ArrayOptions options, Random random, int rows, int depth, int outputs, bool accumulate, int address)
    {
        var group = options.HasMantissas ? random.Next(1, depth + 1) : depth;
        var (a, w) = (new short[rows, depth], new short[outputs, depth]);
        var mantissas = options.HasMantissas ? new ushort[outputs, (depth + group - 1) / group] : null;
        Fill(a, options.ActivationBytes * 8);
        Fill(w, options.WeightBits);
        for (var i = 0; i < mantissas?.Length; i++)
        {
            mantissas[i / mantissas.GetLength(1), i % mantissas.GetLength(1)] = (ushort)random.Next(1 << 16);
        }

        return new(a, w, mantissas, group, accumulate, address);

        void Fill(short[,] codes, int bits)
        {
            var most = (1 << (bits - 1)) - 1;
            for (var i = 0; i < codes.Length; i++)
            {
                codes[i / codes.GetLength(1), i % codes.GetLength(1)] = (short)random.Next(-most, most + 1);
            }
        }
    }

    private static void AssertSums(ArrayOptions options, IReadOnlyList<ArrayTile> tiles, ArrayRun run)
    {
        var expected = new Dictionary<(int Lane, int Word), long>();
        foreach (var tile in tiles)
        {
            for (var m = 0; m < tile.Rows; m++)
            {
                for (var n = 0; n < tile.Outputs; n++)
                {
                    var sum = 0L;
                    for (var k = 0; k < tile.Depth; k++)
                    {
                        sum += (tile.Mantissas?[n, k / tile.Group] ?? 1) * (long)tile.Activations[m, k] * tile.Weights[n, k];
                    }

                    var place = (n % options.Lanes, tile.WordOf(options, m, n));
                    expected[place] = sum + (tile.Accumulate ? expected[place] : 0);
                }
            }
        }

        Assert.NotEmpty(expected);
        Assert.All(expected, pair => Assert.Equal((pair.Key, pair.Value), (pair.Key, run.Words[pair.Key.Word, pair.Key.Lane])));
    }

    /// <summary>Each tile is taken in time for the pipeline to go on, and done in the cycle that the simulator says.</summary>
    private static void AssertTimes(ArrayOptions options, IReadOnlyList<ArrayTile> tiles, IReadOnlyList<TileTimes> times)
    {
        var port = options.Array.WeightPort.Value;
        var pipeline = new PassPipeline(options.Array, new ScratchpadShares(port, (long)options.Array.Rows * options.ActivationBytes, 2L * options.Columns, 8, port));
        var behind = options.Height + options.Columns - 1 + (options.IsOutputStationary ? options.Height : 0);
        var streamEnd = 1L;
        foreach (var (tile, time) in tiles.Zip(times))
        {
            // Weights may load as soon as a buffer is free; without any to load it is in time if it is there when the stream ends.
            Assert.True(time.Taken < (options.IsOutputStationary ? streamEnd : Math.Max(1, pipeline.EarliestLoad)), "a command waits although its weights could be loaded");
            var shape = new ProductShape(
                tile.Rows, tile.Depth, tile.Outputs, options.ActivationBytes, options.WeightBits, tile.Group, options.HasMantissas, options.Fold, (Dataflow)options.Dataflow);
            Assert.Equal(pipeline.Run(shape, Math.Max(time.Taken + 1, pipeline.EarliestLoad)), time.Done);
            streamEnd = time.Done - behind;
        }

        Assert.Equal(tiles.Count, times.Count);
    }
}
