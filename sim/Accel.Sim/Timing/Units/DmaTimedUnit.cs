using Accel.Hardware;
using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Units;

/// <summary>
/// A DMA channel: takes a descriptor, reads it for <c>descriptorCost</c> cycles, then sends a group of bursts per cycle while a counter is
/// free. The next descriptor is taken when the last group of this one was sent. Loads to different places overlap; everything else waits until
/// the channel is empty, since a command may use what those before it on the same channel have moved.
/// </summary>
internal sealed class DmaTimedUnit(UnitId id, int depth, DmaConfig config) : TimedUnit(id, depth)
{
    private readonly BurstGroups _groups = new(config);
    private Flight? _sending;
    private long _read;
    private int _counters;

    /// <summary>The cycle from which the next group may be sent; <see cref="TimedUnit.Never"/> if none is left or no counter is free.</summary>
    public long NextSend => _sending is null || _counters == BurstGroups.Counters ? Never : _read;

    public override long EarliestStart(Command command, ReadOnlySpan<long> registers)
    {
        if (command is Synchronize)
        {
            return 0;
        }

        if (_sending is not null)
        {
            return Never;
        }

        var writes = command is Load ? Footprint.Of((DmaCommand)command, registers) : Footprint.None;
        foreach (var flight in Flights)
        {
            if (flight.Command is not Synchronize && (command is not Load || flight.Command is not Load || writes.Meets(flight.Writes)))
            {
                return Never;
            }
        }

        return 0;
    }

    public override void Start(Flight flight, ReadOnlySpan<long> registers)
    {
        flight.WorkEnd = flight.Start + 1;
        if (flight.Command is not DmaCommand command)
        {
            return;
        }

        flight.Writes = command is Load ? Footprint.Of(command, registers) : Footprint.None;
        _groups.Start(TransferShape.Of(command, registers), TransferShape.AddressOf(command).Resolve(registers));
        _read = flight.Start + config.DescriptorCost.Value;
        flight.WorkEnd = _groups.IsDone ? Math.Max(flight.WorkEnd, _read) : Never;
        _sending = _groups.IsDone ? null : flight;
    }

    /// <summary>Sends a group.</summary>
    public (Flight Flight, BurstGroup Group) Send(long now)
    {
        var flight = _sending!;
        _groups.Next(out var group);
        _counters++;
        _read = now + 1;
        flight.GroupsUnderWay++;
        if (_groups.IsDone)
        {
            _sending = null;
        }

        return (flight, group);
    }

    /// <summary>The last burst of a group has arrived.</summary>
    public void Arrived(Flight flight, long now)
    {
        _counters--;
        if (--flight.GroupsUnderWay == 0 && flight != _sending)
        {
            flight.WorkEnd = now;
        }
    }
}
