using System.Runtime.CompilerServices;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A DMA channel: as <see cref="DmaTimedUnit"/> says. When it sends is decided in order of time, with the memory.</summary>
internal sealed class StampedDma(UnitId id, int number, DmaConfig config) : StampedUnit(id, number)
{
    private struct Transfer
    {
        public StampedCommand Stamps;
        public Footprint Writes;
        public long WorkEnd;
        public long End;
        public int GroupsUnderWay;
        public bool Synchronizes;
        public bool IsLoad;
        public long[]? Clock;
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
    private bool _isLoad;

    /// <summary>The cycle in which the next group is sent; <see cref="StampedUnit.Never"/> if none is left or no counter is free.</summary>
    public long NextSend { get; private set; } = Never;

    /// <summary>Whether groups of a command are left to send.</summary>
    public bool IsSending => _sending >= 0;

    public override void Measure(Command command, CommandSize size, ReadOnlySpan<long> registers)
    {
        size.Transfer = TransferShape.Of((DmaCommand)command, registers);
        size.IsLoad = command is Load;
        size.PadLength = size.IsLoad ? Footprint.Of((DmaCommand)command, registers).Length : 0;
    }

    /// <summary>Whether memory decides when a command starts: groups of another one are left to send, or it must wait for one that is not done.</summary>
    public bool MustWait(in ResolvedCommand command)
    {
        _isLoad = command.Size.IsLoad;
        _writes = _isLoad ? command.Loaded : Footprint.None;
        for (var number = _undone; number < _next; number++)
        {
            if (!Overlaps(At(number)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first cycle, from a given one on, in which the command can start that need not wait any more.</summary>
    public long EarliestStart(long from)
    {
        while (_first < _undone && At(_first).End <= from)
        {
            _first++;
        }

        var earliest = Math.Max(from, _lastSend + 1);
        for (var number = _first; number < _undone; number++)
        {
            if (At(number).End > earliest && !Overlaps(At(number)))
            {
                earliest = At(number).End;
            }
        }

        return earliest;
    }

    /// <summary>Takes a command that synchronises.</summary>
    public void Begin(in StampedCommand stamps) => Add(stamps).Synchronizes = true;

    /// <summary>Takes the transfer that <see cref="MustWait"/> was last asked about.</summary>
    public void Begin(in ResolvedCommand command, in StampedCommand stamps)
    {
        ref var transfer = ref Add(stamps);
        (transfer.Synchronizes, transfer.IsLoad, transfer.Writes) = (false, _isLoad, _writes);
        _groups.Start(command.Size.Transfer, command.First);
        _read = stamps.Start + config.DescriptorCost.Value;
        if (_groups.IsDone)
        {
            transfer.WorkEnd = Math.Max(transfer.WorkEnd, _read);
        }
        else
        {
            transfer.WorkEnd = Never;
            _sending = _next - 1;
            Schedule();
        }
    }

    /// <summary>Sends a group in cycle <see cref="NextSend"/>.</summary>
    /// <param name="group">What is asked of memory.</param>
    /// <returns>The number of the command.</returns>
    public long Send(out BurstGroup group)
    {
        var number = _sending;
        _groups.Next(out group);
        At(number).GroupsUnderWay++;
        _counters++;
        _lastSend = NextSend;
        _read = NextSend + 1;
        if (_groups.IsDone)
        {
            _sending = -1;
        }

        Schedule();
        return number;
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

    /// <summary>Keeps the unit's clock at the start of the command that was last taken, for the proof of order.</summary>
    public void Keep(long[] clock) => At(_next - 1).Clock = clock;

    /// <summary>Ends the oldest command, if the end of its work is known.</summary>
    public bool TryEnd(out StampedCommand command, out long end, out long[]? clock)
    {
        if (_undone == _next || At(_undone).WorkEnd == Never)
        {
            (command, end, clock) = (default, 0, null);
            return false;
        }

        ref var oldest = ref At(_undone);
        (command, clock) = (oldest.Stamps, oldest.Clock);
        end = oldest.End = Book(command, oldest.WorkEnd);
        _undone++;
        return true;
    }

    private bool Overlaps(in Transfer other) => other.Synchronizes || (_isLoad && other.IsLoad && !_writes.Meets(other.Writes));

    private ref Transfer Add(in StampedCommand stamps)
    {
        if (_next - _first == _transfers.Length)
        {
            Grow();
        }

        ref var transfer = ref At(_next++);
        (transfer.Stamps, transfer.WorkEnd, transfer.GroupsUnderWay) = (stamps, stamps.Start + 1, 0);
        return ref transfer;
    }

    private void Schedule() => NextSend = _sending < 0 || _counters == BurstGroups.Counters ? Never : _read;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
