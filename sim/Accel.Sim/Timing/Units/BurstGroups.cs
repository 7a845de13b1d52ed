using Accel.Dram.Streams;
using Accel.Hardware;
using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Units;

/// <summary>
/// Cuts a DMA command into groups of bursts. A channel keeps account of its outstanding bursts in four counters, each for a group: another
/// group is sent when a counter is free, and a counter is free when the last burst of its group has arrived. So no more than
/// <c>outstanding</c> bursts are ever under way.
/// </summary>
/// <remarks>
/// A group holds whole rows where a row fits, else a part of one row that ends at a burst's boundary (or at the row's end). Rows of one
/// plane share a group, whole planes do if they fit. A row counts the bursts of its worst alignment.
/// </remarks>
internal sealed class BurstGroups
{
    /// <summary>Counters of a channel.</summary>
    public const int Counters = 4;

    private readonly long _burst;
    private readonly long _most;
    private long _rowBytes, _rows, _planes, _rowStride, _planeStride, _address;
    private long _plane, _row, _offset;
    private bool _isWrite;

    public BurstGroups(DmaConfig config)
    {
        _burst = config.Burst.Value;
        _most = Math.Max(1, config.Outstanding / Counters);
    }

    /// <summary>Whether all groups were handed out.</summary>
    public bool IsDone => _plane >= _planes;

    public void Start(DmaCommand command, ReadOnlySpan<long> registers)
    {
        switch (command)
        {
            case Load load:
                Start(load.Box, load.Dram.Resolve(registers), registers, false);
                break;
            case Store store:
                Start(store.Box, store.Dram.Resolve(registers), registers, true);
                break;
            case Gather gather:
                // Which rows are wanted is data. Time must not depend on data: they count as spread evenly over the table.
                var count = gather.Indices.Resolve(registers).RowCount;
                (_rowBytes, _rows, _planes) = (gather.RowBytes, count, 1);
                (_rowStride, _planeStride) = (gather.Entries / Math.Max(1, count) * gather.DramStride, 0);
                (_address, _isWrite) = (gather.Dram.Resolve(registers), false);
                break;
        }

        (_plane, _row, _offset) = (_rowBytes > 0 && _rows > 0 ? 0 : _planes, 0, 0);
    }

    /// <summary>The next group.</summary>
    /// <returns>What is asked of the memory, the bytes that the command wants of it, and its bursts.</returns>
    public (DmaDescriptor Descriptor, long Bytes, long Bursts) Next()
    {
        var at = _address + (_plane * _planeStride) + (_row * _rowStride);
        var perRow = (_rowBytes + (2 * _burst) - 2) / _burst;
        if (perRow > _most)
        {
            return Part(at + _offset);
        }

        var rows = Math.Min(_most / perRow, _rows - _row);
        if (_row == 0 && rows == _rows && _planes > 1)
        {
            var planes = Math.Min(_most / (perRow * _rows), _planes - _plane);
            _plane += planes;
            return (new(at, _rowBytes, _isWrite, new DmaLoop(planes, _planeStride), new DmaLoop(_rows, _rowStride)), planes * _rows * _rowBytes, planes * _rows * perRow);
        }

        _row += rows;
        if (_row == _rows)
        {
            (_row, _plane) = (0, _plane + 1);
        }

        return (rows == 1 ? new(at, _rowBytes, _isWrite) : new(at, _rowBytes, _isWrite, new DmaLoop(rows, _rowStride)), rows * _rowBytes, rows * perRow);
    }

    private void Start(Box box, long dram, ReadOnlySpan<long> registers, bool isWrite)
    {
        (_rowBytes, _rows, _planes) = (box.RowBytes.Resolve(registers), box.Rows.Resolve(registers), box.Planes.Resolve(registers));
        (_rowStride, _planeStride, _address, _isWrite) = (box.DramRowStride, box.DramPlaneStride, dram, isWrite);
        if (_rows > 1 && _rowStride == _rowBytes)
        {
            (_rowBytes, _rows) = (checked(_rowBytes * _rows), 1);
        }

        if (_planes > 1 && _rows == 1 && _planeStride == _rowBytes)
        {
            (_rowBytes, _planes) = (checked(_rowBytes * _planes), 1);
        }
    }

    private (DmaDescriptor Descriptor, long Bytes, long Bursts) Part(long at)
    {
        var limit = ((at / _burst) + _most) * _burst;
        var bytes = Math.Min(limit - at, _rowBytes - _offset);
        var descriptor = new DmaDescriptor(at, bytes, _isWrite);
        _offset += bytes;
        if (_offset == _rowBytes)
        {
            _offset = 0;
            if (++_row == _rows)
            {
                (_row, _plane) = (0, _plane + 1);
            }
        }

        return (descriptor, bytes, ((at + bytes + _burst - 1) / _burst) - (at / _burst));
    }
}
