using System.Runtime.InteropServices;
using Accel.Compiler;
using Accel.Compiler.Quantization;
using Accel.Core.Units;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Models;
using Accel.Rtl.Blocks.Arrays;
using Accel.Sim;
using Accel.Sim.Blocks;
using Accel.Sim.Kernel;
using Accel.Sim.Timing;
using Accel.Sim.Timing.Units;
using Accel.Tests.Shared;
using TimedReadOut = Accel.Sim.Timing.Units.ReadOut;

namespace Accel.Rtl.Tests.Blocks;

/// <summary>The emitted array does the products of a compiled model: sums, results and cycles are those of the simulated one.</summary>
public sealed class CompiledTileTests
{
    private const int TilesOfAKind = 3;

    /// <summary>The bundled config, with an array that an interpreter gets through.</summary>
    private static HardwareConfig Small(ArrayDataflow dataflow)
    {
        var edge = Edge();
        return edge with
        {
            MatMulArrays = edge.MatMulArrays with { Rows = 8, Columns = 8, Dataflows = [dataflow], WeightPort = new Bytes(16), Accumulators = new Bytes(8 * 8192) },
        };
    }

    private static HardwareConfig Edge() => HardwareConfigLoader.Load(Path.Combine(Repository.Root!, "hw-configs", "edge.yaml"));

    [SkippableTheory]
    [InlineData(ArrayDataflow.WeightStationary, "decode", 1, "int8")]
    [InlineData(ArrayDataflow.WeightStationary, "prefill", 5, "int3")]
    [InlineData(ArrayDataflow.OutputStationary, "decode", 1, "int4")]
    [InlineData(ArrayDataflow.OutputStationary, "prefill", 5, "int8")]
    [InlineData(ArrayDataflow.OutputStationary, "prefill", 3, "int3")]
    public void Products_of_a_compiled_model_give_the_simulators_values_and_cycles(ArrayDataflow dataflow, string entry, int tokens, string codes)
    {
        Tool.Require("iverilog", "iverilog");
        var hardware = Small(dataflow);
        var kinds = Recorded(hardware, entry, tokens, codes);
        Assert.Contains(kinds, kind => kind.Key.Weights.ToString().Equals(codes, StringComparison.OrdinalIgnoreCase));
        foreach (var kind in kinds)
        {
            AssertSame(hardware, kind.Key, kind);
        }
    }

    [SkippableTheory]
    [InlineData(ArrayDataflow.WeightStationary)]
    [InlineData(ArrayDataflow.OutputStationary)]
    public void The_array_of_the_bundled_edge_config_gives_the_simulators_values_and_cycles(ArrayDataflow dataflow)
    {
        Tool.Require("iverilog", "iverilog");
        var edge = Edge();
        var hardware = dataflow == ArrayDataflow.WeightStationary ? edge : edge with { MatMulArrays = edge.MatMulArrays with { Dataflows = [dataflow] } };
        var most = Recorded(hardware, "decode", 1, "int8").MaxBy(kind => kind.Count())!;
        Assert.Equal(dataflow, most.Key.Dataflow);
        AssertSame(hardware, most.Key, most);
    }

    private static List<IGrouping<Kind, Product>> Recorded(HardwareConfig hardware, string entry, int tokens, string codes)
    {
        var options = codes switch { "int8" => QuantizationOptions.Int8, "int4" => QuantizationOptions.Int4, _ => QuantizationOptions.Int3 };
        var graph = QuickModels.Quantize(ModelLoader.Load(ModelLoader.DefaultName), options);
        var program = ModelCompiler.Compile(graph, hardware, new CompilerOptions { ContextLength = 64, PrefillTokens = 8 }).Program;
        var recorder = new Recorder(program, hardware.Sequencer.QueueDepth);
        recorder.Run(entry, tokens);
        return [.. recorder.Products.GroupBy(product => product.Kind)];
    }

    /// <summary>Some products of a kind on the emitted array, one after the other, and what the machine read out of them.</summary>
    private static void AssertSame(HardwareConfig hardware, Kind kind, IEnumerable<Product> all)
    {
        var shares = ScratchpadShares.Of(hardware);
        var options = new ArrayOptions(hardware.MatMulArrays, kind.Activations, kind.Weights, kind.HasMantissas, kind.Fold)
        {
            Dataflow = kind.Dataflow,
            ReadOutBytes = checked((int)shares.ReadOut),
        };
        Assert.Equal(hardware.MatMulArrays.WeightPort.Value, shares.Weights);
        var products = all.DistinctBy(p => (p.Tile.Rows, p.Tile.Depth, p.Tile.Outputs, p.Tile.Group)).OrderBy(p => p.Tile.Depth * p.Tile.Outputs).Take(TilesOfAKind).ToList();
        var (address, tiles, drains) = (0, new List<ArrayTile>(), new List<ArrayDrain>());
        foreach (var product in products)
        {
            tiles.Add(product.Tile with { Address = address });
            drains.AddRange(product.Reads.Select(read => read.Drain with { Address = address }));
            address = tiles[^1].WordOf(options, product.Tile.Rows - 1, product.Tile.Outputs - 1) + 1;
        }

        Assert.NotEmpty(drains);
        var run = new ArrayBench(options).Run(tiles, drains);
        var pipeline = new PassPipeline(hardware.MatMulArrays, shares);
        for (var i = 0; i < tiles.Count; i++)
        {
            var (tile, product) = (tiles[i], products[i]);
            Assert.Equal(pipeline.Run(product.Shape, Math.Max(run.Times[i].Taken + 1, pipeline.EarliestLoad)), run.Times[i].Done);
            for (var at = 0; at < tile.Rows * tile.Outputs; at++)
            {
                var (m, n) = (at / tile.Outputs, at % tile.Outputs);
                Assert.Equal(product.Sums[m, n], run.Words[tile.WordOf(options, m, n), n % options.Lanes]);
            }
        }

        var free = 0L;
        foreach (var (read, i) in products.SelectMany(product => product.Reads).Select((read, i) => (read, i)))
        {
            Assert.Equal(read.Results.Select(y => (long?)y), run.Results[i]);
            var done = Math.Max(run.DrainTimes[i].Taken + 1, free) + read.Cycles(hardware.MatMulArrays, shares);
            Assert.Equal(done, run.DrainTimes[i].Done);
            free = done - TimedReadOut.Latency;
        }
    }

    /// <summary>What becomes hardware of its own.</summary>
    private sealed record Kind(ActivationType Activations, WeightType Weights, bool HasMantissas, int Fold, ArrayDataflow Dataflow);

    /// <summary>A product as the simulated machine did it: operands, the sums that it left, and what was read out of them.</summary>
    private sealed record Product(Kind Kind, ProductShape Shape, ArrayTile Tile, long Accumulator, long[,] Sums, List<Read> Reads);

    /// <summary>A read-out as the simulated machine did it.</summary>
    private sealed record Read(Drain Command, long[] Registers, ArrayDrain Drain, long[] Results)
    {
        public long Cycles(MatMulArrayConfig config, ScratchpadShares shares) => TimedReadOut.Cycles(Command, Registers, config, shares);
    }

    /// <summary>Executes a program and notes its products that start from cleared sums, with the drains of those.</summary>
    private sealed class Recorder : ISimulationObserver
    {
        private readonly CompiledProgram _program;
        private readonly MachineMemory _memory;
        private readonly Dispatcher _dispatcher;

        public Recorder(CompiledProgram program, int queueDepth)
        {
            _program = program;
            _memory = new(program);
            _dispatcher = new(program, _memory, null, queueDepth, 10_000_000) { Observer = this };
        }

        public List<Product> Products { get; } = [];

        public void Run(string entry, int tokens)
        {
            _memory.Dram.Write(
                _program.Segments.Single(segment => segment.Name == "tokens").Start, MemoryMarshal.AsBytes(Enumerable.Range(40, tokens).ToArray().AsSpan()));
            _dispatcher.Run(_program.EntryPoints.Single(e => e.Name == entry), 0, tokens, 0);
        }

        void ISimulationObserver.OnCommand(int instruction, Command command, ReadOnlySpan<long> registers)
        {
            if (command is MatMul { Accumulate: false } product)
            {
                Products.Add(Of(product, registers));
            }
            else if (command is Drain drain)
            {
                var first = drain.Accumulator.Resolve(registers);
                if (Products.FindLast(p => p.Accumulator == first) is not { Reads.Count: 0 } source)
                {
                    return;
                }

                var lanes = drain.Destination.Resolve(registers);
                var (rows, columns) = ((int)lanes.RowCount, (int)lanes.Columns);
                if (rows == source.Tile.Rows && columns == source.Tile.Outputs && Holds(drain, registers, source))
                {
                    source.Reads.Add(new(drain, registers.ToArray(), Operands(drain, registers, rows, columns), Values(drain.Destination, registers)));
                }
            }
        }

        /// <summary>Whether the sums are still those that the product left.</summary>
        private bool Holds(Drain drain, ReadOnlySpan<long> registers, Product source)
        {
            var (first, holds) = (drain.Accumulator.Resolve(registers), true);
            for (var at = 0; at < source.Sums.Length; at++)
            {
                var (m, n) = (at / source.Tile.Outputs, at % source.Tile.Outputs);
                holds &= _memory.Accumulators(drain.Array)[first + (m * drain.AccumulatorStride) + n] == source.Sums[m, n];
            }

            return holds;
        }

        private ArrayDrain Operands(Drain drain, ReadOnlySpan<long> registers, int rows, int columns)
        {
            var type = drain.Destination.Resolve(registers).Type switch { LaneType.I8 => 0, LaneType.I16 => 1, LaneType.I32 => 2, _ => 3 };
            var scales = drain.Scale is null ? null : Values(drain.Scale, registers).Select(x => checked((int)x)).ToArray();
            var biases = drain.Bias is null ? null : Values(drain.Bias, registers).Select(x => checked((int)x)).ToArray();
            return new(rows, columns, 0, rows, scales, biases, type, drain.SumShift, drain.OutputShift, drain.Limit);
        }

        private long[] Values(View view, ReadOnlySpan<long> registers)
        {
            var lanes = view.Resolve(registers);
            var values = new long[lanes.RowCount * lanes.Columns];
            for (var m = 0; m < lanes.RowCount; m++)
            {
                _memory.ReadRow(lanes, m, values.AsSpan((int)(m * lanes.Columns), (int)lanes.Columns));
            }

            return values;
        }

        private Product Of(MatMul product, ReadOnlySpan<long> registers)
        {
            var view = product.Activations.Resolve(registers);
            var (rows, depth, outputs) = ((int)view.RowCount, (int)view.Columns, (int)product.Outputs.Resolve(registers));
            var group = (int)Math.Min(product.Mantissas?.GroupSize ?? depth, depth);
            var tile = new ArrayTile(
                new short[rows, depth], new short[outputs, depth], product.Mantissas is null ? null : new ushort[outputs, (depth + group - 1) / group], group, false, 0);
            var activations = Values(product.Activations, registers);
            for (var at = 0; at < activations.Length; at++)
            {
                tile.Activations[at / depth, at % depth] = (short)activations[at];
            }

            var isOutputMajor = product.Weights.Layout == MatrixLayout.OutputMajor;
            var codes = new short[isOutputMajor ? depth : outputs];
            for (var line = 0; line < (isOutputMajor ? outputs : depth); line++)
            {
                PackedCodes.Unpack(product.Weights.Format, _memory.Scratchpad.AsSpan((int)(product.Weights.Address.Resolve(registers) + (line * product.Weights.Stride))), codes);
                for (var i = 0; i < codes.Length; i++)
                {
                    tile.Weights[isOutputMajor ? line : i, isOutputMajor ? i : line] = codes[i];
                }
            }

            for (var n = 0; n < outputs && product.Mantissas is { } mantissas; n++)
            {
                var factors = MemoryMarshal.Cast<byte, ushort>(_memory.Scratchpad.AsSpan((int)(mantissas.Address.Resolve(registers) + (n * mantissas.Stride))));
                Copy(tile.Mantissas!, n, factors[..tile.Mantissas!.GetLength(1)].ToArray());
            }

            var first = product.Accumulator.Resolve(registers);
            var sums = new long[rows, outputs];
            for (var at = 0; at < rows * outputs; at++)
            {
                sums[at / outputs, at % outputs] = _memory.Accumulators(product.Array)[first + (at / outputs * product.AccumulatorStride) + (at % outputs)];
            }

            var weights = product.Weights.Format switch
            {
                CodeFormat.Ternary => WeightType.Ternary,
                CodeFormat.Int3 => WeightType.Int3,
                CodeFormat.Int4 => WeightType.Int4,
                CodeFormat.Int8 => WeightType.Int8,
                _ => WeightType.Int16,
            };
            var kind = new Kind(
                view.Type == LaneType.I8 ? ActivationType.Int8 : ActivationType.Int16, weights, product.Mantissas is not null, product.Fold, (ArrayDataflow)product.Dataflow);
            return new(kind, ProductShape.Of(product, registers), tile, first, sums, []);
        }

        private static void Copy<T>(T[,] into, int row, T[] values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                into[row, i] = values[i];
            }
        }
    }
}
