namespace Accel.Dram.Controller.Reach;

/// <summary>
/// What became of a channel from one place of its streams to the next, wherever it begins in the same state of what it can reach.
/// </summary>
internal sealed class ReachStep
{
    /// <summary>Stands for a step that takes in more than its key tells of.</summary>
    public static ReachStep Wider { get; } = new() { Length = 0, Refreshes = false, Buses = [], LastServed = 0, Parts = [] };

    /// <summary>Cycles.</summary>
    public required int Length { get; init; }

    /// <summary>All ranks were refreshed in it.</summary>
    public required bool Refreshes { get; init; }

    /// <summary>What is taken of each command bus, from the end on.</summary>
    public required ulong[] Buses { get; init; }

    /// <summary>The pseudo-channel that sent the last command.</summary>
    public required int LastServed { get; init; }

    public required ReachPart[] Parts { get; init; }

    /// <summary>The same step for requests of different ages.</summary>
    public List<AgedStep> Aged { get; } = [];
}

/// <summary>One pseudo-channel's part of a step.</summary>
internal sealed class ReachPart
{
    /// <summary>Requests taken in.</summary>
    public required int Taken { get; init; }

    /// <summary>What is queued at the end.</summary>
    public required QueueState Queue { get; init; }

    /// <summary>Banks, ranks and windows of commands at the end, as in a key.</summary>
    public required ulong[] After { get; init; }

    /// <summary>Gates that are not in a key, and how far beyond the end the step pushes them.</summary>
    public required GateRaise[] Raises { get; init; }

    /// <summary>
    /// For each place from the oldest queued request on: one more than the cycle of its command, <see cref="StillQueued"/>, or 0 if it had been
    /// served before.
    /// </summary>
    public required ushort[] Served { get; init; }

    /// <summary>For each request queued at the end: its age, or -1 - i if it was the i-th in the queue at the beginning.</summary>
    public required int[] Ages { get; init; }

    /// <summary>Counts, latencies of requests that were queued before left out.</summary>
    public required PartCounts Counts { get; init; }

    public const ushort StillQueued = ushort.MaxValue;
}

/// <summary>A gate that a step pushes without ever looking at it.</summary>
/// <param name="Kind">Whose gate.</param>
/// <param name="Index">Which of the window's banks, groups or ranks.</param>
/// <param name="Command">The command that waits.</param>
/// <param name="Wait">Cycles from the step's end.</param>
internal readonly record struct GateRaise(GateOwner Kind, byte Index, byte Command, int Wait);

/// <summary>Whose gate it is.</summary>
internal enum GateOwner : byte
{
    /// <summary>A bank of the window.</summary>
    Bank,

    /// <summary>All banks of a group that are not in the window.</summary>
    BesideInGroup,

    /// <summary>A rank of the window, or any rank in a step that refreshes.</summary>
    Rank,

    /// <summary>All ranks that are not in the window.</summary>
    OtherRanks,
}

/// <summary>A step with the ages of the requests that it found in the queues, which decide latencies and nothing else.</summary>
internal sealed class AgedStep
{
    public required ReachStep Step { get; init; }

    /// <summary>Of each pseudo-channel's requests, before.</summary>
    public required AgeState[] Before { get; init; }

    public required AgeState[] After { get; init; }

    /// <summary>Latencies of requests that were queued before, for each pseudo-channel.</summary>
    public required PartCounts[] Counts { get; init; }

    /// <summary>Counted from 0, over all steps of a table; -1 if it is not kept.</summary>
    public required int Number { get; init; }
}

/// <summary>Queued requests, oldest first: four times how far behind the stream's next one each is, plus what it caused. Equal ones are one object.</summary>
internal sealed record QueueState(int Number, int[] Words)
{
    /// <summary>How far behind the stream's next request the one with the lowest address is; 0 without any.</summary>
    public int Reach { get; } = Words.Length == 0 ? 0 : Words.Max() >> 2;
}

/// <summary>Ages of queued requests, in the queue's order. Equal ones are one object.</summary>
internal sealed record AgeState(int[] Ages);

/// <summary>What one pseudo-channel counted in a step.</summary>
/// <param name="Sums">Which counters, and by how much.</param>
/// <param name="ReadQueue">The most reads that were queued.</param>
/// <param name="Latencies">Read latencies, and how often each came.</param>
internal sealed record PartCounts((Counter Counter, int Sum)[] Sums, int ReadQueue, (int Ticks, int Count)[] Latencies)
{
    /// <summary>Counts the step several times.</summary>
    public void AddTo(Counters counters, long times)
    {
        foreach (var (counter, sum) in Sums)
        {
            counters.Sums[(int)counter] = checked(counters.Sums[(int)counter] + (sum * times));
        }

        ref var readQueue = ref counters.Peaks[(int)Peak.ReadQueue];
        ref var longest = ref counters.Peaks[(int)Peak.ReadLatency];
        readQueue = Math.Max(readQueue, ReadQueue);
        foreach (var (ticks, count) in Latencies)
        {
            counters.Latencies.Counts[LatencyHistogram.BucketOf(ticks)] += count * times;
            longest = Math.Max(longest, ticks);
        }
    }
}
