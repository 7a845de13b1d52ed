using Accel.Dram.Streams;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A DMA channel: as <see cref="DmaTimedUnit"/> says. When it sends is decided in order of time, with the memory.</summary>
internal sealed class StampedDma(UnitId id, int depth, DmaConfig config) : StampedUnit(id, depth)
{
    private struct Transfer
    {
        public StampedCommand Stamps;
        public Footprint Writes;
        public long WorkEnd;
        public long End;
        public int GroupsUnderWay;
        public bool Overlaps;
    }

    private readonly BurstGroups _groups = new(config);

    /// <summary>Commands by their number, as a ring: those that are not done, and those that the next one may have to wait for.</summary>
    private Transfer[] _transfers = new Transfer[16];
    private long _first;
    private long _undone;
    private long _next;
    private long _sending = -1;
    private long _lastSend = -1;
    private long _read;
    private int _counters;

    public override int UnderWay => (int)(_next - _undone);

    /// <summary>The cycle in which the next group is sent; <see cref="StampedUnit.Never"/> if none is left or no counter is free.</summary>
    public long NextSend { get; private set; } = Never;

    public override long EarliestStart(TimedCommand timed, ReadOnlySpan<long> registers, long from)
    {
        if (timed.Kind == TimedKind.Synchronize)
        {
            return from;
        }

        if (_sending >= 0)
        {
            return Never;
        }

        while (_first < _undone && At(_first).End <= from)
        {
            _first++;
        }

        var command = timed.Command;
        var earliest = Math.Max(from, _lastSend + 1);
        var writes = command is Load load ? Footprint.Of(load, registers) : Footprint.None;
        for (var number = _first; number < _next; number++)
        {
            ref readonly var other = ref At(number);
            if (other.Stamps.Command.Kind == TimedKind.Synchronize || (command is Load && other.Overlaps && !writes.Meets(other.Writes)))
            {
                continue;
            }

            if (number >= _undone)
            {
                return Never;
            }

            earliest = Math.Max(earliest, other.End);
        }

        return earliest;
    }

    protected override long Begin(in StampedCommand stamps, ReadOnlySpan<long> registers)
    {
        if (_next - _first == _transfers.Length)
        {
            Grow();
        }

        ref var transfer = ref At(_next);
        transfer = new() { Stamps = stamps, WorkEnd = stamps.Start + 1 };
        if (stamps.Command.Command is DmaCommand dma)
        {
            transfer.Overlaps = dma is Load;
            transfer.Writes = dma is Load ? Footprint.Of(dma, registers) : Footprint.None;
            _groups.Start(dma, registers);
            _read = stamps.Start + config.DescriptorCost.Value;
            if (_groups.IsDone)
            {
                transfer.WorkEnd = Math.Max(transfer.WorkEnd, _read);
            }
            else
            {
                transfer.WorkEnd = Never;
                _sending = _next;
                Schedule();
            }
        }

        _next++;
        return Never;
    }

    /// <summary>Sends a group in cycle <see cref="NextSend"/>.</summary>
    /// <returns>What is asked of memory, and the number of the command.</returns>
    public (DmaDescriptor Descriptor, long Bytes, long Bursts, long Number) Send()
    {
        var (descriptor, bytes, bursts) = _groups.Next();
        var number = _sending;
        At(number).GroupsUnderWay++;
        _counters++;
        _lastSend = NextSend;
        _read = NextSend + 1;
        if (_groups.IsDone)
        {
            _sending = -1;
        }

        Schedule();
        return (descriptor, bytes, bursts, number);
    }

    /// <summary>The last burst of a group has arrived.</summary>
    public void Arrived(long number, long cycle)
    {
        if (_counters-- == BurstGroups.Counters)
        {
            _read = Math.Max(_read, cycle);
        }

        Schedule();
        ref var transfer = ref At(number);
        if (--transfer.GroupsUnderWay == 0 && number != _sending)
        {
            transfer.WorkEnd = cycle;
        }
    }

    /// <summary>The command that is sending, or the last one that did.</summary>
    public TimedCommand CommandOf(long number) => At(number).Stamps.Command;

    /// <summary>Ends the oldest command, if the end of its work is known.</summary>
    public bool TryEnd(out StampedCommand command, out long end)
    {
        (command, end) = (default, 0);
        if (_undone == _next || At(_undone).WorkEnd == Never)
        {
            return false;
        }

        ref var oldest = ref At(_undone);
        command = oldest.Stamps;
        end = oldest.End = Book(command, oldest.WorkEnd);
        _undone++;
        return true;
    }

    private void Schedule() => NextSend = _sending < 0 || _counters == BurstGroups.Counters ? Never : _read;

    private ref Transfer At(long number) => ref _transfers[number & (_transfers.Length - 1)];

    private void Grow()
    {
        var larger = new Transfer[2 * _transfers.Length];
        for (var number = _first; number < _next; number++)
        {
            larger[number & (larger.Length - 1)] = At(number);
        }

        _transfers = larger;
    }
}
