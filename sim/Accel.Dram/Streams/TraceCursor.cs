using System.Runtime.InteropServices;

namespace Accel.Dram.Streams;

/// <summary>The requests of a trace that fall to one pseudo-channel, as runs.</summary>
internal sealed class TracePart
{
    private readonly List<RequestRun> _runs = [];

    /// <summary>The place in the trace of each request; kept only when completions are wanted.</summary>
    public List<int>? Places { get; init; }

    public IReadOnlyList<RequestRun> Runs => _runs;

    public long FirstArrival => _runs.Count == 0 ? long.MaxValue : _runs[0].Arrival;

    public void Add(long local, long arrival, bool isWrite, int place)
    {
        Places?.Add(place);
        if (_runs.Count > 0 && _runs[^1] is var last && last.Arrival == arrival && last.IsWrite == isWrite && last.First + last.Count == local)
        {
            _runs[^1] = last with { Count = last.Count + 1 };
            return;
        }

        _runs.Add(new RequestRun(local, 1, arrival, isWrite));
    }

    internal int CopyFrom(int first, Span<RequestRun> runs)
    {
        var count = Math.Min(runs.Length, _runs.Count - first);
        CollectionsMarshal.AsSpan(_runs).Slice(first, count).CopyTo(runs);
        return count;
    }
}

/// <summary>Walks through one pseudo-channel's part of a trace.</summary>
internal sealed class TraceCursor(TracePart part) : RunCursor(mayWrite: true)
{
    private int _next;

    public override bool Empty => _next == part.Runs.Count;

    public override int Next(Span<RequestRun> runs)
    {
        var count = part.CopyFrom(_next, runs);
        _next += count;
        return count;
    }

    public override RunCursor Fork() => new TraceCursor(part) { Transfer = Transfer, _next = _next, FirstOrdinal = FirstOrdinal };
}
