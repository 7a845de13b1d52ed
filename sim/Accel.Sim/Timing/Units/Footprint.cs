using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Units;

/// <summary>The least range that holds all a command touches in one place; two commands of a unit may overlap in time if theirs do not meet.</summary>
/// <param name="Start">First byte or word.</param>
/// <param name="End">Behind the last.</param>
internal readonly record struct Footprint(long Start, long End)
{
    public static Footprint None => default;

    public bool Meets(Footprint other) => Start < other.End && other.Start < End;

    public Footprint With(Footprint other) =>
        Start >= End ? other : other.Start >= other.End ? this : new(Math.Min(Start, other.Start), Math.Max(End, other.End));

    /// <summary>Bytes or words.</summary>
    public long Length => End - Start;

    public static Footprint Of(View? view, ReadOnlySpan<long> registers) => view is null ? None : Of(view.Resolve(registers));

    public static Footprint Of(in ResolvedView lanes)
    {
        if (lanes.IsEmpty)
        {
            return None;
        }

        var last = lanes.Address + ((lanes.Planes - 1) * lanes.PlaneStride) + ((lanes.Rows - 1) * lanes.RowStride) + ((lanes.Columns - 1) * lanes.ColumnStride);
        return new(lanes.Address, last + lanes.Type.ByteSize());
    }

    /// <summary>Rows at a stride.</summary>
    public static Footprint Of(long start, long rows, long rowLength, long stride) =>
        rows <= 0 || rowLength <= 0 ? None : new(start, start + ((rows - 1) * stride) + rowLength);

    /// <summary>The scratchpad side of a transfer.</summary>
    public static Footprint Of(DmaCommand command, ReadOnlySpan<long> registers)
    {
        if (command is Gather gather)
        {
            return Of(gather.Scratchpad.Resolve(registers), gather.Indices.Resolve(registers).RowCount, gather.RowBytes, gather.ScratchpadStride);
        }

        var (box, start) = command is Load load
            ? (load.Box, load.Scratchpad.Resolve(registers))
            : (((Store)command).Box, ((Store)command).Scratchpad.Resolve(registers));
        var (rows, planes) = (box.Rows.Resolve(registers), box.Planes.Resolve(registers));
        return planes <= 0 ? None : Of(start, rows, box.RowBytes.Resolve(registers) + ((planes - 1) * box.ScratchpadPlaneStride), box.ScratchpadRowStride);
    }
}
