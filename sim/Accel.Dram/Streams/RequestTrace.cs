using System.Runtime.InteropServices;
using Accel.Core.Diagnostics;

namespace Accel.Dram.Streams;

/// <summary>One request: a burst-sized read or write.</summary>
/// <param name="Arrival">First cycle in which it may enter a queue.</param>
/// <param name="Address">Byte address; the burst that holds it is moved.</param>
/// <param name="IsWrite">A write; else a read.</param>
public readonly record struct Request(long Arrival, long Address, bool IsWrite);

/// <summary>Requests in the order they are offered; arrivals do not decrease.</summary>
public sealed class RequestTrace
{
    /// <summary>Most requests a trace may have.</summary>
    public const int MostRequests = 1 << 27;

    /// <summary>Latest arrival; leaves room for sums of cycles in 64 bits.</summary>
    public const long LatestArrival = 1L << 60;

    private long[] _arrivals = new long[1024];
    private long[] _addresses = new long[1024];

    /// <summary>Name for messages: the file, or what made the trace.</summary>
    public string Name { get; init; } = "trace";

    public int Count { get; private set; }

    public Request this[int index] => new(_arrivals[index], _addresses[index] & long.MaxValue, _addresses[index] < 0);

    /// <summary>Appends a request.</summary>
    /// <exception cref="InputException">It arrives before its predecessor, or too late to count.</exception>
    public void Add(Request request)
    {
        var least = Count == 0 ? 0 : _arrivals[Count - 1];
        if (request.Arrival < least || request.Arrival > LatestArrival)
        {
            throw new InputException(Name, $"request {Count}", $"an arrival cycle of {least} to {LatestArrival}", $"{request.Arrival}");
        }

        if (request.Address < 0)
        {
            throw new InputException(Name, $"request {Count}", "an address below 2^63", $"{unchecked((ulong)request.Address)}");
        }

        if (Count == MostRequests)
        {
            throw new InputException(Name, $"request {Count}", $"at most {MostRequests} requests", "more; describe long transfers as streams");
        }

        if (Count == _arrivals.Length)
        {
            Array.Resize(ref _arrivals, 2 * Count);
            Array.Resize(ref _addresses, 2 * Count);
        }

        _arrivals[Count] = request.Arrival;
        _addresses[Count++] = request.IsWrite ? request.Address | long.MinValue : request.Address;
    }

    /// <summary>Refuses addresses beyond a capacity.</summary>
    /// <exception cref="InputException">Names the first request beyond it.</exception>
    public void Check(long capacityBytes)
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i].Address >= capacityBytes)
            {
                throw new InputException(Name, $"request {i}", $"an address within the capacity of {capacityBytes} bytes", $"{this[i].Address}");
            }
        }
    }
}

/// <summary>The requests of a trace that fall to one pseudo-channel, as runs.</summary>
internal sealed class TraceCursor(int transfer) : RunCursor(transfer, mayWrite: true)
{
    private readonly List<RequestRun> _runs = [];
    private int _next;

    /// <summary>The place in the trace of each request; kept only when completions are wanted.</summary>
    public List<int>? Places { get; init; }

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

    public override int Next(Span<RequestRun> runs)
    {
        var count = Math.Min(runs.Length, _runs.Count - _next);
        CollectionsMarshal.AsSpan(_runs).Slice(_next, count).CopyTo(runs);
        _next += count;
        return count;
    }
}
