using Accel.Hardware;

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
    private TransferShape _shape;
    private long _address;

    /// <summary>Bursts of a row at its worst alignment.</summary>
    private long _perRow;
    private long _plane, _row, _offset;

    public BurstGroups(DmaConfig config)
    {
        _burst = config.Burst.Value;
        _most = Math.Max(1, config.Outstanding / Counters);
    }

    /// <summary>Whether all groups were handed out.</summary>
    public bool IsDone => _plane >= _shape.Planes;

    public void Start(in TransferShape shape, long address)
    {
        (_shape, _address) = (shape, address);
        _perRow = (shape.RowBytes + (2 * _burst) - 2) / _burst;
        (_plane, _row, _offset) = (shape.IsEmpty ? shape.Planes : 0, 0, 0);
    }

    /// <summary>The next group.</summary>
    public void Next(out BurstGroup group)
    {
        var at = _address + (_plane * _shape.PlaneStride) + (_row * _shape.RowStride);
        if (_perRow > _most)
        {
            Part(at + _offset, out group);
            return;
        }

        var rows = Math.Min(_most / _perRow, _shape.Rows - _row);
        if (_row == 0 && rows == _shape.Rows && _shape.Planes > 1)
        {
            var planes = Math.Min(_most / (_perRow * rows), _shape.Planes - _plane);
            _plane += planes;
            group = new(at, _shape.RowBytes, rows, _shape.RowStride, planes, _shape.PlaneStride, _shape.IsWrite, planes * rows * _perRow);
            return;
        }

        group = new(at, _shape.RowBytes, rows, _shape.RowStride, 1, 0, _shape.IsWrite, rows * _perRow);
        Pass(rows);
    }

    private void Part(long at, out BurstGroup group)
    {
        var first = at / _burst;
        var (bytes, bursts) = (((first + _most) * _burst) - at, _most);
        var left = _shape.RowBytes - _offset;
        if (bytes < left)
        {
            _offset += bytes;
        }
        else
        {
            (bytes, bursts, _offset) = (left, ((at + left + _burst - 1) / _burst) - first, 0);
            Pass(1);
        }

        group = new(at, bytes, 1, 0, 1, 0, _shape.IsWrite, bursts);
    }

    private void Pass(long rows)
    {
        _row += rows;
        if (_row == _shape.Rows)
        {
            (_row, _plane) = (0, _plane + 1);
        }
    }
}
