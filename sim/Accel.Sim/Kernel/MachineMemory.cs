using System.Numerics;
using System.Runtime.InteropServices;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Kernel;

/// <summary>Everything that commands read and write: DRAM, scratchpad, accumulators.</summary>
internal sealed class MachineMemory
{
    private readonly long[]?[] _accumulators;
    private readonly long _accumulatorWords;

    public MachineMemory(CompiledProgram program)
    {
        Dram = new(program.Segments);
        Scratchpad = new byte[program.Machine.ScratchpadBytes];
        _accumulators = new long[program.Machine.Arrays][];
        _accumulatorWords = program.Machine.AccumulatorWords;
    }

    public DramMemory Dram { get; }

    public byte[] Scratchpad { get; }

    /// <summary>Sums of an array; they exist once the array is used.</summary>
    public long[] Accumulators(int array) => _accumulators[array] ??= new long[_accumulatorWords];

    /// <summary>Refuses a range outside of its space.</summary>
    public void Check(in Access access)
    {
        var size = access.Space switch
        {
            Space.Scratchpad => Scratchpad.Length,
            Space.Accumulator => _accumulatorWords,
            _ => long.MaxValue,
        };
        if (access.Start < 0 || access.Length < 0 || access.Length > size - access.Start)
        {
            throw new MachineFaultException(
                FaultKind.OutOfRange, $"{Describe(access.Space)} {access.Start} to {access.Start + access.Length}, of {size}");
        }

        if (access.Space == Space.Dram)
        {
            var segment = Dram.SegmentOf(access.Start, access.Length);
            if (access.IsWrite && segment.Kind == SegmentKind.Weights)
            {
                throw new MachineFaultException(FaultKind.OutOfRange, $"a write to '{segment.Name}', which holds constants");
            }
        }
    }

    public static string Describe(Space space) => space switch
    {
        Space.Dram => "DRAM bytes",
        Space.Scratchpad => "scratchpad bytes",
        _ => "accumulators",
    };

    /// <summary>A row of a view, widened; a single column fills the whole row.</summary>
    public void ReadRow(in ResolvedView view, long row, Span<long> into)
    {
        var start = view.RowAddress(row);
        if (view.Columns == 1 || view.ColumnStride == 0)
        {
            into.Fill(ReadElement(view.Type, start));
            return;
        }

        if (view.ColumnStride != view.Type.ByteSize())
        {
            for (var i = 0; i < into.Length; i++)
            {
                into[i] = ReadElement(view.Type, start + (i * view.ColumnStride));
            }

            return;
        }

        var bytes = Scratchpad.AsSpan((int)start, into.Length * view.Type.ByteSize());
        switch (view.Type)
        {
            case LaneType.I8:
                Widen<sbyte>(MemoryMarshal.Cast<byte, sbyte>(bytes), into);
                break;
            case LaneType.I16:
                Widen<short>(MemoryMarshal.Cast<byte, short>(bytes), into);
                break;
            case LaneType.U16:
                Widen<ushort>(MemoryMarshal.Cast<byte, ushort>(bytes), into);
                break;
            case LaneType.I32:
                Widen<int>(MemoryMarshal.Cast<byte, int>(bytes), into);
                break;
            default:
                MemoryMarshal.Cast<byte, long>(bytes).CopyTo(into);
                break;
        }
    }

    /// <summary>Writes a row; a value that the type cannot hold throws <see cref="OverflowException"/>.</summary>
    public void WriteRow(in ResolvedView view, long row, ReadOnlySpan<long> values)
    {
        var start = view.RowAddress(row);
        var type = view.Type;
        var (least, greatest) = (type.Least(), type.Greatest());
        foreach (var value in values)
        {
            if (value < least || value > greatest)
            {
                throw new OverflowException($"{value} does not fit {type}");
            }
        }

        if (view.ColumnStride != type.ByteSize())
        {
            for (var i = 0; i < values.Length; i++)
            {
                WriteElement(type, start + (i * view.ColumnStride), values[i]);
            }

            return;
        }

        var bytes = Scratchpad.AsSpan((int)start, values.Length * type.ByteSize());
        switch (type)
        {
            case LaneType.I8:
                Narrow(values, bytes);
                break;
            case LaneType.I16:
                Narrow(values, MemoryMarshal.Cast<byte, short>(bytes));
                break;
            case LaneType.U16:
                Narrow(values, MemoryMarshal.Cast<byte, ushort>(bytes));
                break;
            case LaneType.I32:
                Narrow(values, MemoryMarshal.Cast<byte, int>(bytes));
                break;
            default:
                values.CopyTo(MemoryMarshal.Cast<byte, long>(bytes));
                break;
        }
    }

    private long ReadElement(LaneType type, long address)
    {
        var bytes = Scratchpad.AsSpan((int)address);
        return type switch
        {
            LaneType.I8 => (sbyte)bytes[0],
            LaneType.I16 => MemoryMarshal.Read<short>(bytes),
            LaneType.U16 => MemoryMarshal.Read<ushort>(bytes),
            LaneType.I32 => MemoryMarshal.Read<int>(bytes),
            _ => MemoryMarshal.Read<long>(bytes),
        };
    }

    private void WriteElement(LaneType type, long address, long value)
    {
        var bytes = Scratchpad.AsSpan((int)address);
        switch (type.ByteSize())
        {
            case 1:
                bytes[0] = (byte)value;
                break;
            case 2:
                MemoryMarshal.Write(bytes, (short)value);
                break;
            case 4:
                MemoryMarshal.Write(bytes, (int)value);
                break;
            default:
                MemoryMarshal.Write(bytes, value);
                break;
        }
    }

    private static void Widen<T>(ReadOnlySpan<T> from, Span<long> into)
        where T : unmanaged, INumberBase<T>
    {
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = long.CreateTruncating(from[i]);
        }
    }

    private static void Narrow<T>(ReadOnlySpan<long> from, Span<T> into)
        where T : unmanaged, INumberBase<T>
    {
        for (var i = 0; i < from.Length; i++)
        {
            into[i] = T.CreateTruncating(from[i]);
        }
    }
}
