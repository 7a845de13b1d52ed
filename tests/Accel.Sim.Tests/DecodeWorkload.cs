using System.Runtime.InteropServices;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Tests;

/// <summary>Decode steps of a stack of square int8 matrices: rows to codes, product, read-out with a scale, loads double-buffered by half.</summary>
internal static class DecodeWorkload
{
    internal const int Half = 64 * 256;

    public static CompiledProgram Make(int layers, int width)
    {
        var tileRows = Math.Min(width, 64);
        var tiles = width / tileRows;
        var weights = new byte[(layers * width * width) + (2 * width)];
        new Random(11).NextBytes(weights);
        MemoryMarshal.Cast<byte, ushort>(weights.AsSpan(layers * width * width)).Fill(1 << 12);
        var (lanes, codes, scale, mantissas) = (40_000, 44_000, 48_000, 49_000);
        var x = View.Row(LaneType.I32, lanes, width);
        var start = 8 * (long)Bench.PadBytes;
        Register layer = new(3), tile = new(4), buffer = new(5), count = new(6);
        List<Instruction> program =
        [
            new Load(TrafficClass.Input, 0, lanes, new Box(4 * width)),
            new Load(TrafficClass.Weights, start + (layers * width * width), mantissas, new Box(2 * width)),
            new Fence(),
            new Synchronize(new(UnitKind.Array, 0)) { Signals = [new(1, 2)] },
            new Loop(layer, layers),
            new QuantizeRows(x, View.Row(LaneType.I8, codes, width), View.Scalars(LaneType.I32, scale, 1), new(100, 20, 25, null), 1 << 14, 20) { Signals = [2] },
            new Synchronize(new(UnitKind.Array, 0)) { Waits = [2] },
            new Loop(tile, tiles),
            new Set(buffer, SetFunction.Modulo, (Expression)count, 2),
            new Set(count, SetFunction.Add, (Expression)count, 1),
            new Load(
                TrafficClass.Weights, (layer * (width * width)) + (tile * (tileRows * width)) + start, buffer * Half, new Box(tileRows * width)) { Waits = [1], Signals = [0] },
            new MatMul(
                View.Row(LaneType.I8, codes, width), new(CodeFormat.Int8, buffer * Half, width), tileRows,
                new((tile * (2 * tileRows)) + mantissas, 2, width), tile * tileRows, width, false)
            {
                Dataflow = Dataflow.OutputStationary, Fold = 32, Waits = [0], Signals = [1],
            },
            new EndLoop(),
            new Drain(0, width, x, View.Scalars(LaneType.I32, scale, 1), null, 8, 10, 1 << 24) { Signals = [3] },
            new Synchronize(new(UnitKind.Vector, 0)) { Waits = [3] },
            new EndLoop(),
            new Fence(),
            new Store(TrafficClass.Output, Bench.PadBytes, lanes, new Box(4 * width)),
        ];
        var bench = Bench.Program(program);
        return bench with { Segments = [.. bench.Segments, new("matrices", SegmentKind.Weights, start, weights.Length) { Image = weights }] };
    }

    public static Simulation Start(CompiledProgram program, SimulationOptions options)
    {
        var simulation = Simulation.Create(program, Bench.Hardware, options);
        var input = new byte[4096];
        new Random(12).NextBytes(input);
        simulation.WriteSegment("in", 0, input);
        return simulation;
    }

    public static byte[] Step(Simulation simulation, int position)
    {
        simulation.Run("decode", position, 1);
        var output = new byte[256];
        simulation.ReadSegment("out", 0, output);
        return output;
    }
}
