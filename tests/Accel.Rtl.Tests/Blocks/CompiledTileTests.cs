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

namespace Accel.Rtl.Tests.Blocks;

/// <summary>The emitted array does the products of a compiled model: sums and cycles are those of the simulated one.</summary>
public sealed class CompiledTileTests
{
    private const int TilesOfAKind = 3;

    [SkippableTheory]
    [InlineData("decode", 1, false)]
    [InlineData("prefill", 5, true)]
    public void Products_of_a_compiled_model_give_the_simulators_sums_and_cycles(string entry, int tokens, bool int4)
    {
        Tool.Require("iverilog", "iverilog");
        var edge = HardwareConfigLoader.Load(Path.Combine(Repository.Root!, "hw-configs", "edge.yaml"));
        var hardware = edge with
        {
            MatMulArrays = edge.MatMulArrays with
            {
                Rows = 8,
                Columns = 8,
                Dataflows = [ArrayDataflow.WeightStationary],
                WeightPort = new Bytes(16),
                Accumulators = new Bytes(8 * 8192),
            },
        };
        var graph = QuickModels.Quantize(ModelLoader.Load(ModelLoader.DefaultName), int4 ? QuantizationOptions.Int4 : QuantizationOptions.Int8);
        var program = ModelCompiler.Compile(graph, hardware, new CompilerOptions { ContextLength = 64, PrefillTokens = 8 }).Program;
        var recorder = new Recorder(program, hardware.Sequencer.QueueDepth);
        recorder.Run(entry, tokens);
        var kinds = recorder.Products.GroupBy(p => (p.Activations, p.Weights, p.Command.Fold)).ToList();
        Assert.NotEmpty(kinds);
        foreach (var kind in kinds)
        {
            var options = new ArrayOptions(hardware.MatMulArrays, kind.Key.Activations, kind.Key.Weights, HasMantissas: true, kind.Key.Fold);
            var products = kind.DistinctBy(p => (p.Tile.Rows, p.Tile.Depth, p.Tile.Outputs, p.Tile.Group)).OrderBy(p => p.Tile.Depth * p.Tile.Outputs).Take(TilesOfAKind).ToList();
            var address = 0;
            var tiles = new List<ArrayTile>();
            foreach (var product in products)
            {
                tiles.Add(product.Tile with { Address = address });
                address = tiles[^1].WordOf(options, product.Tile.Rows - 1, product.Tile.Outputs - 1) + 1;
            }

            var run = new ArrayBench(options).Run(tiles);
            var pipeline = new PassPipeline(hardware.MatMulArrays, new ScratchpadShares(16, 8, 16, 8, 16));
            for (var i = 0; i < tiles.Count; i++)
            {
                var (tile, product) = (tiles[i], products[i]);
                var shape = ProductShape.Of(product.Command, product.Registers);
                Assert.Equal(pipeline.Run(shape, Math.Max(run.Times[i].Taken + 1, pipeline.EarliestLoad)), run.Times[i].Done);
                for (var at = 0; at < tile.Rows * tile.Outputs; at++)
                {
                    var (m, n) = (at / tile.Outputs, at % tile.Outputs);
                    Assert.Equal(product.Sums[m, n], run.Words[tile.WordOf(options, m, n), n % options.Lanes]);
                }
            }
        }
    }

    /// <summary>A product as the simulated machine did it: operands, and the sums that it left.</summary>
    private sealed record Product(MatMul Command, long[] Registers, ArrayTile Tile, ActivationType Activations, WeightType Weights, long[,] Sums);

    /// <summary>Executes a program and notes its products that start from cleared sums.</summary>
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
            if (command is not MatMul { Accumulate: false, Mantissas: { } mantissas, Weights.Layout: MatrixLayout.OutputMajor } product)
            {
                return;
            }

            Assert.Equal(Dataflow.WeightStationary, product.Dataflow);
            var view = product.Activations.Resolve(registers);
            var (rows, depth, outputs) = ((int)view.RowCount, (int)view.Columns, (int)product.Outputs.Resolve(registers));
            var group = (int)Math.Min(mantissas.GroupSize, depth);
            var tile = new ArrayTile(new short[rows, depth], new short[outputs, depth], new ushort[outputs, (depth + group - 1) / group], group, false, 0);
            var row = new long[depth];
            for (var m = 0; m < rows; m++)
            {
                _memory.ReadRow(view, m, row);
                Copy(tile.Activations, m, row.Select(x => (short)x).ToArray());
            }

            var codes = new short[depth];
            for (var n = 0; n < outputs; n++)
            {
                PackedCodes.Unpack(product.Weights.Format, _memory.Scratchpad.AsSpan((int)(product.Weights.Address.Resolve(registers) + (n * product.Weights.Stride))), codes);
                Copy(tile.Weights, n, codes);
                var factors = MemoryMarshal.Cast<byte, ushort>(_memory.Scratchpad.AsSpan((int)(mantissas.Address.Resolve(registers) + (n * mantissas.Stride))));
                Copy(tile.Mantissas!, n, factors[..tile.Mantissas!.GetLength(1)].ToArray());
            }

            var sums = new long[rows, outputs];
            for (var at = 0; at < rows * outputs; at++)
            {
                sums[at / outputs, at % outputs] =
                    _memory.Accumulators(product.Array)[product.Accumulator.Resolve(registers) + (at / outputs * product.AccumulatorStride) + (at % outputs)];
            }

            var weights = product.Weights.Format switch
            {
                CodeFormat.Int4 => WeightType.Int4,
                CodeFormat.Int8 => WeightType.Int8,
                CodeFormat.Int16 => WeightType.Int16,
                var other => throw new InvalidOperationException($"{other}"),
            };
            Products.Add(new(product, registers.ToArray(), tile, view.Type == LaneType.I8 ? ActivationType.Int8 : ActivationType.Int16, weights, sums));
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
