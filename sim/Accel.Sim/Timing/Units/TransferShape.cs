using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Units;

/// <summary>The memory side of a DMA command but for its address: rows that follow each other without a gap are one.</summary>
/// <param name="RowBytes">Contiguous bytes.</param>
/// <param name="Rows">Of a plane.</param>
/// <param name="Planes">Of all.</param>
/// <param name="RowStride">Bytes from row to row.</param>
/// <param name="PlaneStride">Bytes from plane to plane.</param>
/// <param name="IsWrite">To memory.</param>
internal readonly record struct TransferShape(long RowBytes, long Rows, long Planes, long RowStride, long PlaneStride, bool IsWrite)
{
    public bool IsEmpty => RowBytes <= 0 || Rows <= 0 || Planes <= 0;

    /// <summary>Bytes of all rows.</summary>
    public long Bytes => IsEmpty ? 0 : RowBytes * Rows * Planes;

    public static TransferShape Of(DmaCommand command, ReadOnlySpan<long> registers)
    {
        if (command is not Gather gather)
        {
            return command is Load load ? Of(load.Box, registers, false) : Of(((Store)command).Box, registers, true);
        }

        // Which rows are wanted is data. Time must not depend on data: they count as spread evenly over the table.
        var count = gather.Indices.Resolve(registers).RowCount;
        return new(gather.RowBytes, count, 1, gather.Entries / Math.Max(1, count) * gather.DramStride, 0, false);
    }

    /// <summary>Where a command's first byte in memory is.</summary>
    public static Expression AddressOf(DmaCommand command) => command switch
    {
        Load load => load.Dram,
        Store store => store.Dram,
        _ => ((Gather)command).Dram,
    };

    private static TransferShape Of(Box box, ReadOnlySpan<long> registers, bool isWrite)
    {
        var (rowBytes, rows, planes) = (box.RowBytes.Resolve(registers), box.Rows.Resolve(registers), box.Planes.Resolve(registers));
        if (rows > 1 && box.DramRowStride == rowBytes)
        {
            (rowBytes, rows) = (checked(rowBytes * rows), 1);
        }

        if (planes > 1 && rows == 1 && box.DramPlaneStride == rowBytes)
        {
            (rowBytes, planes) = (checked(rowBytes * planes), 1);
        }

        return new(rowBytes, rows, planes, box.DramRowStride, box.DramPlaneStride, isWrite);
    }
}
