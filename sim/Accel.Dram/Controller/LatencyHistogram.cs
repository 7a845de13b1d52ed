using System.Numerics;
using System.Runtime.CompilerServices;

namespace Accel.Dram.Controller;

/// <summary>Counts latencies: exactly up to 1023 cycles, above that in 64 steps per doubling (1.6 % wide).</summary>
public sealed class LatencyHistogram
{
    private const int Exact = 1024;
    private const int StepsPerDoubling = 64;
    private const int Buckets = Exact + (63 - 10) * StepsPerDoubling;

    internal readonly long[] Counts = GC.AllocateArray<long>(Buckets, pinned: true);

    /// <summary>Forgets all; no value counted is larger than the one given.</summary>
    internal void Clear(long largest) => Array.Clear(Counts, 0, BucketOf(largest) + 1);

    /// <summary>Adds another count several times.</summary>
    /// <param name="other">What.</param>
    /// <param name="times">How often.</param>
    /// <param name="largest">No value in it is larger.</param>
    internal void Add(LatencyHistogram other, long times, long largest)
    {
        var end = BucketOf(largest);
        for (var i = 0; i <= end; i++)
        {
            Counts[i] = checked(Counts[i] + (other.Counts[i] * times));
        }
    }

    /// <summary>Values counted.</summary>
    public long Total => Counts.Sum();

    /// <summary>The bucket of a latency.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int BucketOf(long latency) => latency < Exact ? (int)latency : WideBucketOf(latency);

    private static int WideBucketOf(long latency)
    {
        var doubling = BitOperations.Log2((ulong)latency);
        return Exact + (doubling - 10) * StepsPerDoubling + (int)((latency >> (doubling - 6)) & (StepsPerDoubling - 1));
    }

    /// <summary>The largest latency that falls into a bucket.</summary>
    internal static long UpperBound(int bucket)
    {
        if (bucket < Exact)
        {
            return bucket;
        }

        var (doubling, step) = Math.DivRem(bucket - Exact, StepsPerDoubling);
        return ((StepsPerDoubling + step + 1L) << (doubling + 4)) - 1;
    }

    /// <summary>The least bucket bound that at least a share of the values does not exceed; 0 when nothing was counted.</summary>
    /// <param name="share">Between 0 and 1: 0.5 for the median, 0.99 for p99.</param>
    public long Percentile(double share)
    {
        var total = Total;
        var wanted = (long)Math.Ceiling(share * total);
        var seen = 0L;
        for (var i = 0; i < Buckets && total > 0; i++)
        {
            seen += Counts[i];
            if (seen >= wanted)
            {
                return UpperBound(i);
            }
        }

        return 0;
    }

    /// <summary>Non-empty buckets in ascending order: the largest latency of each and its count.</summary>
    public IEnumerable<(long UpTo, long Count)> NonEmpty() =>
        Enumerable.Range(0, Buckets).Where(i => Counts[i] != 0).Select(i => (UpperBound(i), Counts[i]));

    /// <summary>The buckets up to the one of a latency that are not empty, which are emptied.</summary>
    internal (int Bucket, long Count)[] TakeNonEmpty(long largest)
    {
        var found = new List<(int, long)>();
        var end = BucketOf(largest) + 1;
        for (var i = 0; Counts.AsSpan(i, end - i).IndexOfAnyExcept(0L) is >= 0 and var skipped; i++)
        {
            i += skipped;
            found.Add((i, Counts[i]));
            Counts[i] = 0;
        }

        return [.. found];
    }
}
