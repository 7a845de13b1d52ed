using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A DMA channel: as <see cref="DmaTimedUnit"/> says. When it sends is decided in order of time, with the memory.</summary>
internal sealed class StampedDma(UnitId id, int number, int depth, DmaConfig config) : StampedUnit(id, number, depth)
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

    /// <summary>Of the command that was last asked about: what it writes, and whether it is a load.</summary>
    private Footprint _writes;
    private bool _overlaps;

    /// <summary>The cycle in which the next group is sent; <see cref="StampedUnit.Never"/> if none is left or no counter is free.</summary>
    public long NextSend { get; private set; } = Never;

    /// <summary>Whether groups of a command are left to send.</summary>
    public bool IsSending => _sending >= 0;

    public override long EarliestStart(TimedCommand command, ReadOnlySpan<long> registers, long from)
    {
        if (IsSending)
        {
            return Never;
        }

        if (!command.Keeps(registers))
        {
            var dma = (DmaCommand)command.Command;
            command.Sizes.Transfer = TransferShape.Of(dma, registers);
            command.Sizes.PadLength = dma is Load ? Footprint.Of(dma, registers).Length : 0;
        }

        while (_first < _undone && At(_first).End <= from)
        {
            _first++;
        }

        _overlaps = command.Command is Load;
        _writes = _overlaps ? command.Loaded(registers) : Footprint.None;
        var earliest = Math.Max(from, _lastSend + 1);
        for (var number = _first; number < _next; number++)
        {
            ref readonly var other = ref At(number);
            if (other.Stamps.Command.Kind == TimedKind.Synchronize || (_overlaps && other.Overlaps && !_writes.Meets(other.Writes)))
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
        (transfer.Stamps, transfer.WorkEnd, transfer.GroupsUnderWay) = (stamps, stamps.Start + 1, 0);
        if (stamps.Command.Kind == TimedKind.Transfer)
        {
            (transfer.Overlaps, transfer.Writes) = (_overlaps, _writes);
            _groups.Start(stamps.Command.Sizes.Transfer, stamps.Command.DramAddress(registers));
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
    public (BurstGroup Group, long Number) Send()
    {
        var (group, number) = (_groups.Next(), _sending);
        At(number).GroupsUnderWay++;
        _counters++;
        _lastSend = NextSend;
        _read = NextSend + 1;
        if (_groups.IsDone)
        {
            _sending = -1;
        }

        Schedule();
        return (group, number);
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
