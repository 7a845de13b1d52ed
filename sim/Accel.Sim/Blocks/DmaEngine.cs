using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Kernel;

namespace Accel.Sim.Blocks;

/// <summary>The DMA channels' work: boxes of bytes between DRAM and scratchpad.</summary>
internal sealed class DmaEngine(MachineMemory memory)
{
    private readonly Buffer<long> _index = new();

    public void Execute(Load command, ReadOnlySpan<long> registers) =>
        Copy(command.Box, command.Dram.Resolve(registers), command.Scratchpad.Resolve(registers), registers, toDram: false);

    public void Execute(Store command, ReadOnlySpan<long> registers) =>
        Copy(command.Box, command.Dram.Resolve(registers), command.Scratchpad.Resolve(registers), registers, toDram: true);

    public void Execute(Gather command, ReadOnlySpan<long> registers)
    {
        var indices = command.Indices.Resolve(registers);
        OperandRules.Demand(indices is { Type: LaneType.I32, Columns: 1 }, "indices are I32, one per row");
        OperandRules.Demand(
            indices.RowCount <= 1 || (command.ScratchpadStride >= command.RowBytes && indices.RowCount <= memory.Scratchpad.Length), "gathered rows do not overlap");
        var table = command.Dram.Resolve(registers);
        var target = command.Scratchpad.Resolve(registers);
        var index = _index.Take(1);
        for (var row = 0L; row < indices.RowCount; row++)
        {
            memory.ReadRow(indices, row, index);
            OperandRules.Demand(index[0] >= 0 && index[0] < command.Entries, $"an index lies within the table's {command.Entries} rows; found {index[0]}");
            memory.Dram.Read(
                table + (index[0] * command.DramStride),
                memory.Scratchpad.AsSpan((int)(target + (row * command.ScratchpadStride)), (int)command.RowBytes));
        }
    }

    private void Copy(Box box, long dram, long scratchpad, ReadOnlySpan<long> registers, bool toDram)
    {
        var (planes, rows, rowBytes) = (box.Planes.Resolve(registers), box.Rows.Resolve(registers), box.RowBytes.Resolve(registers));
        OperandRules.Demand(planes >= 0 && rows >= 0 && rowBytes >= 0, "sizes are not negative");
        if (planes == 0 || rows == 0 || rowBytes == 0)
        {
            return;
        }

        OperandRules.Demand(
            (Int128)planes * rows <= memory.Scratchpad.Length / rowBytes, "a box is no larger than the scratchpad");
        for (var plane = 0L; plane < planes; plane++)
        {
            for (var row = 0L; row < rows; row++)
            {
                var place = dram + (plane * box.DramPlaneStride) + (row * box.DramRowStride);
                var pad = scratchpad + (plane * box.ScratchpadPlaneStride) + (row * box.ScratchpadRowStride);
                var bytes = memory.Scratchpad.AsSpan((int)pad, (int)rowBytes);
                if (toDram)
                {
                    memory.Dram.Write(place, bytes);
                }
                else
                {
                    memory.Dram.Read(place, bytes);
                }
            }
        }
    }
}
