namespace Accel.Dram.Controller;

/// <summary>What is counted in each pseudo-channel. All are sums, so the counts of two stretches of time add up.</summary>
public enum Counter
{
    /// <summary>Reads completed, forwarded ones included.</summary>
    Reads,

    /// <summary>Writes completed, merged ones included.</summary>
    Writes,

    /// <summary>Reads answered from the write queue.</summary>
    Forwarded,

    /// <summary>Writes merged into a queued write to the same burst.</summary>
    Merged,
    RowHits,
    RowMisses,
    RowConflicts,

    /// <summary>First of one counter per command, in the order of <see cref="Standards.Command"/>.</summary>
    FirstCommand,

    /// <summary>Sum of read latencies, queue entry to end of data.</summary>
    ReadLatency = FirstCommand + Standards.Commands.Count,
    WriteLatency,

    /// <summary>Sum over reads of the cycles spent in the read queue; divided by the run's cycles, the mean occupancy.</summary>
    ReadQueueTicks,
    WriteQueueTicks,

    /// <summary>Sum over ranks of the cycles with a row open.</summary>
    ActiveRankTicks,

    /// <summary>Times the channel turned to writes.</summary>
    WriteDrains,
    Count,
}

/// <summary>Largest values seen.</summary>
public enum Peak
{
    ReadLatency,
    ReadQueue,
    WriteQueue,
    Count,
}

/// <summary>Counts of one pseudo-channel. Its arrays stay where they are: engines count through pointers.</summary>
public sealed class Counters
{
    /// <summary>Sums, indexed by <see cref="Counter"/>.</summary>
    public long[] Sums { get; } = GC.AllocateArray<long>((int)Counter.Count, pinned: true);

    /// <summary>Maxima, indexed by <see cref="Peak"/>.</summary>
    public long[] Peaks { get; } = GC.AllocateArray<long>((int)Peak.Count, pinned: true);

    /// <summary>Read latencies; made when first asked for, since many counts have none of their own.</summary>
    public LatencyHistogram Latencies => _latencies ??= new();

    private LatencyHistogram? _latencies;

    public long this[Counter counter] => Sums[(int)counter];

    public long this[Peak peak] => Peaks[(int)peak];

    public long this[Standards.Command command] => Sums[(int)Counter.FirstCommand + (int)command];

    /// <summary>Adds another count into this one.</summary>
    public void Add(Counters other)
    {
        AddSums(other);
        if (other._latencies is { } latencies)
        {
            Latencies.Add(latencies, times: 1, other[Peak.ReadLatency]);
        }
    }

    /// <summary>The same counts, which go on no more.</summary>
    internal Counters Copy()
    {
        var copy = new Counters();
        copy.Add(this);
        return copy;
    }

    /// <summary>The same without the latencies.</summary>
    internal void AddSums(Counters other)
    {
        for (var i = 0; i < Sums.Length; i++)
        {
            Sums[i] = checked(Sums[i] + other.Sums[i]);
        }

        for (var i = 0; i < Peaks.Length; i++)
        {
            Peaks[i] = Math.Max(Peaks[i], other.Peaks[i]);
        }
    }

    internal void Add(StepCounts step, long times)
    {
        for (var i = 0; i < Sums.Length; i++)
        {
            Sums[i] = checked(Sums[i] + step.Sums[i] * times);
        }

        for (var i = 0; i < Peaks.Length; i++)
        {
            Peaks[i] = Math.Max(Peaks[i], step.Peaks[i]);
        }

        foreach (var (bucket, count) in step.Latencies)
        {
            Latencies.Counts[bucket] = checked(Latencies.Counts[bucket] + count * times);
        }
    }

    internal void Clear()
    {
        Latencies.Clear(this[Peak.ReadLatency]);
        Array.Clear(Sums);
        Array.Clear(Peaks);
    }
}
