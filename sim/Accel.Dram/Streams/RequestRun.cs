namespace Accel.Dram.Streams;

/// <summary>Requests of one pseudo-channel that follow each other in local addresses and become ready together.</summary>
/// <param name="First">Local number of the first burst.</param>
/// <param name="Count">Bursts.</param>
/// <param name="Arrival">First cycle in which they may enter a queue.</param>
/// <param name="IsWrite">Writes; else reads.</param>
internal readonly record struct RequestRun(long First, long Count, long Arrival, bool IsWrite);

/// <summary>Hands out the runs of one transfer that fall to one pseudo-channel, in order.</summary>
internal abstract class RunCursor(int transfer, bool mayWrite)
{
    /// <summary>The transfer whose completion these requests count towards.</summary>
    public int Transfer { get; } = transfer;

    /// <summary>Whether any of its requests may be a write.</summary>
    public bool MayWrite { get; } = mayWrite;

    /// <summary>The port's count of requests before this transfer's first; -1 until its turn comes.</summary>
    public long FirstOrdinal { get; set; } = -1;

    /// <summary>The next non-empty runs, as many as fit; 0 at the end.</summary>
    public abstract int Next(Span<RequestRun> runs);
}
