using System.Numerics;
using Accel.Hardware;
using Accel.Hardware.Tests;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Tests;

/// <summary>A small machine with a scratchpad that a test fills, runs commands on, and reads.</summary>
internal sealed class Bench
{
    public const int PadBytes = 1 << 16;

    public static HardwareConfig Hardware { get; } = Small();

    private readonly byte[] _pad = new byte[PadBytes];

    /// <summary>Puts elements at a view, row by row.</summary>
    public Bench Put(View view, params ReadOnlySpan<long> values)
    {
        var resolved = view.Resolve(new long[Register.Count]);
        for (var i = 0; i < values.Length; i++)
        {
            var size = view.Type.ByteSize();
            var address = (int)(resolved.RowAddress(i / resolved.Columns) + (i % resolved.Columns * view.ColumnStride));
            BitConverter.GetBytes(values[i]).AsSpan(0, size).CopyTo(_pad.AsSpan(address));
        }

        return this;
    }

    public Bench PutBytes(int address, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_pad.AsSpan(address));
        return this;
    }

    /// <summary>Runs commands one after the other on the filled scratchpad, and takes the scratchpad back.</summary>
    public Bench Run(params Command[] commands)
    {
        var whole = new Box(PadBytes);
        var program = Program(
        [
            new Load(TrafficClass.Input, 0, 0, whole),
            .. commands.SelectMany(command => new Instruction[] { new Fence(), command }),
            new Fence(),
            new Store(TrafficClass.Output, PadBytes, 0, whole),
        ]);
        var simulation = Simulation.Create(program, Hardware);
        simulation.WriteSegment("in", 0, _pad);
        simulation.Run("decode", 0, 1);
        simulation.ReadSegment("out", 0, _pad);
        return this;
    }

    public long[] Get(View view)
    {
        var resolved = view.Resolve(new long[Register.Count]);
        var values = new long[resolved.RowCount * resolved.Columns];
        for (var i = 0; i < values.Length; i++)
        {
            var address = (int)(resolved.RowAddress(i / resolved.Columns) + (i % resolved.Columns * view.ColumnStride));
            values[i] = view.Type switch
            {
                LaneType.I8 => (sbyte)_pad[address],
                LaneType.I16 => BitConverter.ToInt16(_pad, address),
                LaneType.U16 => BitConverter.ToUInt16(_pad, address),
                LaneType.I32 => BitConverter.ToInt32(_pad, address),
                _ => BitConverter.ToInt64(_pad, address),
            };
        }

        return values;
    }

    /// <summary>A program with an input and an output segment as large as the scratchpad, a state and constants.</summary>
    public static CompiledProgram Program(IReadOnlyList<Instruction> instructions, int maximumTokens = 8) => new()
    {
        Name = "bench",
        Machine = MachineShapes.Of(Hardware),
        ContextLength = 1024,
        Segments =
        [
            new("in", SegmentKind.Input, 0, PadBytes),
            new("out", SegmentKind.Output, PadBytes, PadBytes),
            new("state", SegmentKind.State, 2 * PadBytes, PadBytes),
            new("constants", SegmentKind.Weights, 3 * PadBytes, 4) { Image = new byte[] { 1, 2, 3, 4 } },
            new("spill", SegmentKind.Activations, 4 * PadBytes, PadBytes),
        ],
        Operators = [new("op", "test")],
        EntryPoints = [new("decode", maximumTokens, instructions)],
    };

    /// <summary><c>floor((p + 2^(s-1)) / 2^s)</c>, by definition.</summary>
    public static BigInteger Shift(BigInteger p, int s) =>
        s <= 0 ? p << -s : s > 62 ? 0 : (p + (BigInteger.One << (s - 1))) >> s;

    public static BigInteger Saturate(BigInteger p, BigInteger limit) => BigInteger.Min(BigInteger.Max(p, -limit), limit);

    public static BigInteger Saturate32(BigInteger p) => Saturate(p, int.MaxValue);

    /// <summary>Random lanes of all magnitudes, extremes among them.</summary>
    public static long[] Lanes(Random random, int count, int bits) =>
    [
        .. Enumerable.Range(0, count).Select(_ => random.Next(6) switch
        {
            0 => (1L << (bits - 1)) - 1,
            1 => -((1L << (bits - 1)) - 1),
            2 => random.Next(-3, 4),
            _ => random.NextInt64(-(1L << (bits - 1)) + 1, 1L << (bits - 1)) >> random.Next(bits - 1),
        }),
    ];

    private static HardwareConfig Small()
    {
        var edge = Configs.Load("edge");
        return edge with
        {
            Name = "bench",
            MatMulArrays = edge.MatMulArrays with { Count = 2 },
            VectorUnits = new(3, 4),
            Scratchpad = edge.Scratchpad with { Size = new(PadBytes) },
            Sequencer = new(4, 16),
        };
    }
}
