namespace Accel.Sim.Timing.Stamped;

/// <summary>A unit's queue, as the sequencer sees it: the places of commands whose start is known are free from that cycle on.</summary>
internal struct StampedQueue(int depth)
{
    private readonly Place[] _places = new Place[depth];
    private int _head;
    private int _tail;

    /// <summary>A command in the queue.</summary>
    public struct Place
    {
        /// <summary>Its index in the entry point.</summary>
        public int Instruction;

        /// <summary>Number of its span of one operator's commands.</summary>
        public int Span;

        /// <summary>Snapshot of its registers.</summary>
        public int Registers;

        /// <summary>Cycle of its issue.</summary>
        public long Issued;

        /// <summary>When the one before it in this place has left.</summary>
        public long FreeSince;
    }

    /// <summary>Commands whose start is not known.</summary>
    public int Count { get; private set; }

    public readonly bool IsFull => Count == depth;

    /// <summary>Start of the last command that has left; the next one starts later.</summary>
    public long LastStart { get; private set; } = -1;

    /// <summary>The first cycle, from a given one on, in which there is a place; the queue is not full.</summary>
    public readonly long RoomSince(long cycle) => LastStart > cycle ? Math.Max(cycle, _places[_tail].FreeSince) : cycle;

    /// <summary>The oldest.</summary>
    public readonly ref readonly Place Head => ref _places[_head];

    public void Add(int instruction, long cycle, int span, int registers)
    {
        ref var place = ref _places[_tail];
        (place.Instruction, place.Issued, place.Span, place.Registers) = (instruction, cycle, span, registers);
        _tail = _tail + 1 == depth ? 0 : _tail + 1;
        Count++;
    }

    /// <summary>The oldest starts.</summary>
    public void RemoveHead(long cycle)
    {
        LastStart = _places[_head].FreeSince = cycle;
        _head = _head + 1 == depth ? 0 : _head + 1;
        Count--;
    }

    /// <summary>Instructions of the queued commands, the next one first.</summary>
    public readonly int[] Waiting()
    {
        var waiting = new int[Count];
        for (var i = 0; i < Count; i++)
        {
            waiting[i] = _places[(_head + i) % depth].Instruction;
        }

        return waiting;
    }
}
