using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A unit's queue, as the sequencer sees it: the places of commands whose start is known are free from that cycle on.</summary>
internal sealed class StampedQueue(int depth)
{
    private readonly Place[] _places = new Place[depth];
    private int _head;
    private int _tail;

    private struct Place
    {
        public TimedCommand? Command;
        public long Issued;
        public long Order;
        public int Registers;
        public long FreeSince;
    }

    /// <summary>Commands whose start is not known.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count == depth;

    /// <summary>The cycle from which the next place is free; the queue is not full.</summary>
    public long RoomSince => _places[_tail].FreeSince;

    public TimedCommand Head => _places[_head].Command!;

    /// <summary>Cycle and number of the oldest one's issue, and the snapshot of its registers.</summary>
    public (long Cycle, long Order, int Registers) HeadIssue => (_places[_head].Issued, _places[_head].Order, _places[_head].Registers);

    public void Add(TimedCommand command, long cycle, long order, int registers)
    {
        ref var place = ref _places[_tail];
        (place.Command, place.Issued, place.Order, place.Registers) = (command, cycle, order, registers);
        _tail = _tail + 1 == depth ? 0 : _tail + 1;
        Count++;
    }

    /// <summary>The oldest starts.</summary>
    public void RemoveHead(long cycle)
    {
        _places[_head].FreeSince = cycle;
        _head = _head + 1 == depth ? 0 : _head + 1;
        Count--;
    }

    /// <summary>Queued commands, the next one first.</summary>
    public IReadOnlyList<(Command Command, int Instruction)> Waiting() =>
        [.. Enumerable.Range(0, Count).Select(i => _places[(_head + i) % depth].Command!).Select(command => (command.Command, command.Instruction))];
}
