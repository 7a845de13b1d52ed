namespace Accel.Dram.Streams;

/// <summary>The runs of one transfer that fall to one pseudo-channel, worked out beforehand; channels that receive the same share the list.</summary>
internal sealed class RunListCursor(RequestRun[] runs, int transfer) : RunCursor(transfer, runs.Length > 0 && runs[0].IsWrite)
{
    private int _next;

    /// <summary>A cursor that stands at the same place, for a transfer table with the same slots.</summary>
    public RunListCursor Copy() => new(runs, Transfer) { _next = _next, FirstOrdinal = FirstOrdinal };

    /// <summary>Whether the same runs are left.</summary>
    public bool HasLeftOf(RunListCursor other) => Left.SequenceEqual(other.Left);

    public bool IsAtEnd => _next == runs.Length;

    /// <summary>The run of a list that has one alone and has not begun.</summary>
    public RequestRun? Only => runs.Length == 1 && _next == 0 ? runs[0] : null;

    private ReadOnlySpan<RequestRun> Left => runs.AsSpan(_next);

    public override int Next(Span<RequestRun> into)
    {
        var count = Math.Min(into.Length, runs.Length - _next);
        runs.AsSpan(_next, count).CopyTo(into);
        _next += count;
        return count;
    }
}
