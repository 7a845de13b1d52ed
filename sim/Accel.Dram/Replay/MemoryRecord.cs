using Accel.Dram.Streams;

namespace Accel.Dram.Replay;

/// <summary>What happened to a memory after a restart, until its channels were given different things to do, and how it stood then.</summary>
internal sealed class MemoryRecord
{
    private readonly List<MemoryEvent> _events;
    private readonly List<DmaBlock> _sent;

    public MemoryRecord() => (_events, _sent) = ([], []);

    /// <summary>One that begins as another does.</summary>
    /// <param name="events">How many events are the same.</param>
    /// <param name="sent">How many of them were sent.</param>
    public MemoryRecord(MemoryRecord other, int events, int sent) => (_events, _sent) = (other._events.GetRange(0, events), other._sent.GetRange(0, sent));

    public int Count => _events.Count;

    public MemoryEvent this[int index] => _events[index];

    /// <summary>Where it ends; null while it goes on.</summary>
    public DramCheckpoint? End { get; set; }

    /// <summary>A cycle up to which nothing completes after the last event: it was asked for in vain.</summary>
    public long QuietUntil { get; set; } = -1;

    /// <summary>What was sent, by its number.</summary>
    public DmaBlock Sent(int transfer) => _sent[transfer];

    public void AddSent(long cycle, int port, in DmaBlock block)
    {
        _events.Add(new(cycle, port, true));
        _sent.Add(block);
    }

    public void AddCompleted(long cycle, int transfer) => _events.Add(new(cycle, transfer, false));

    /// <summary>Whether the next thing that happened was that this was sent.</summary>
    /// <param name="done">Events before.</param>
    /// <param name="sent">Of these were sent.</param>
    public bool Sends(int done, int sent, long cycle, int port, in DmaBlock block) =>
        done < _events.Count && _events[done] == new MemoryEvent(cycle, port, true) && _sent[sent] == block;

    /// <summary>
    /// Whether nothing completes up to a cycle, if nothing is sent before it. What was sent then in that cycle or later, but before more was asked for, may not be
    /// sent this time: but nothing sent in a cycle completes in it.
    /// </summary>
    /// <param name="done">Events before.</param>
    public bool IsQuiet(int done, long until)
    {
        for (var i = done; i < _events.Count; i++)
        {
            var next = _events[i];
            if (!next.IsSent || next.Cycle < until)
            {
                return !next.IsSent && next.Cycle > until;
            }
        }

        return until <= QuietUntil || until < End!.Now.Value;
    }

    /// <summary>Whether it begins as another one does.</summary>
    public bool BeginsAs(MemoryRecord other, int events, int sent) =>
        events <= _events.Count && sent <= _sent.Count
        && Span(_events, events).SequenceEqual(Span(other._events, events)) && Span(_sent, sent).SequenceEqual(Span(other._sent, sent));

    /// <summary>Gives back room that was taken for more.</summary>
    public void Trim()
    {
        _events.TrimExcess();
        _sent.TrimExcess();
    }

    private static ReadOnlySpan<T> Span<T>(List<T> list, int count) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list)[..count];
}
