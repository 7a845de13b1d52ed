namespace Accel.Dram.Replay;

/// <summary>What happened to a memory after a restart, until its channels were given different things to do, and how it stood then.</summary>
internal sealed class MemoryRecord
{
    private readonly List<MemoryEvent> _events;

    public MemoryRecord() => _events = [];

    /// <summary>One that begins as another does.</summary>
    public MemoryRecord(MemoryRecord other, int count) => _events = other._events.GetRange(0, count);

    public int Count => _events.Count;

    public MemoryEvent this[int index] => _events[index];

    /// <summary>Where it ends; null while it goes on.</summary>
    public DramCheckpoint? End { get; set; }

    public void Add(in MemoryEvent next) => _events.Add(next);

    /// <summary>Whether it begins as another one does.</summary>
    public bool BeginsAs(MemoryRecord other, int count)
    {
        if (count > Count)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!_events[i].Is(other._events[i]))
            {
                return false;
            }
        }

        return true;
    }
}
