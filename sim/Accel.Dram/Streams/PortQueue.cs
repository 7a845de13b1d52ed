using Accel.Dram.Controller;

namespace Accel.Dram.Streams;

/// <summary>
/// What one port has still to send to one pseudo-channel, oldest first. Ports stand for requesters (DMA engines): each keeps its own order,
/// and none blocks another.
/// </summary>
internal sealed class PortQueue
{
    private readonly Queue<RunCursor> _cursors = new();
    private readonly RequestRun[] _runs = new RequestRun[32];
    private RunCursor? _current;
    private int _run;
    private int _runCount;
    private int _waitingWrites;

    /// <summary>Local number of the head request.</summary>
    public long Next;

    /// <summary>Requests left in the head's run, the head included; 0 when the port has nothing.</summary>
    public long Left;

    /// <summary>First cycle in which the head may enter; <see cref="long.MaxValue"/> when the port has nothing.</summary>
    public long Arrival = long.MaxValue;

    /// <summary>The head is a write.</summary>
    public bool IsWrite;

    /// <summary>The head's transfer.</summary>
    public int Transfer;

    /// <summary>How many requests this port has sent so far; the head's number in this port's own count.</summary>
    public long Ordinal;

    /// <summary>The ordinal of the first request of the head's run.</summary>
    public long RunOrdinal;

    /// <summary>Called with a transfer whose last request has just been taken.</summary>
    public required Action<int> Exhausted { get; init; }

    /// <summary>Whether anything but the head's transfer waits behind it.</summary>
    public bool HasMoreTransfers => _cursors.Count > 0;

    /// <summary>Whether any request still to come may be a write.</summary>
    public bool MayWrite => _waitingWrites > 0 || _current is { MayWrite: true };

    /// <summary>Takes on what another port has still to send; all its cursors are lists of runs.</summary>
    public void CopyFrom(PortQueue other)
    {
        (Next, Left, Arrival, IsWrite, Transfer, Ordinal, RunOrdinal) =
            (other.Next, other.Left, other.Arrival, other.IsWrite, other.Transfer, other.Ordinal, other.RunOrdinal);
        _cursors.Clear();
        foreach (var cursor in other._cursors)
        {
            _cursors.Enqueue(((RunListCursor)cursor).Copy());
        }

        _current = (other._current as RunListCursor)?.Copy();
        other._runs.CopyTo(_runs, 0);
        (_run, _runCount, _waitingWrites) = (other._run, other._runCount, other._waitingWrites);
    }

    /// <summary>Whether two ports have the same requests of the same transfers still to send.</summary>
    public bool IsSameAs(PortQueue other, TransferTable mine, TransferTable its)
    {
        if (Left != other.Left || _cursors.Count != other._cursors.Count || _runCount - _run != other._runCount - other._run)
        {
            return false;
        }

        if (Left == 0)
        {
            return true;
        }

        if (Next != other.Next || Arrival != other.Arrival || IsWrite != other.IsWrite || mine.TransferOf(Transfer) != its.TransferOf(other.Transfer)
            || !_runs.AsSpan(_run, _runCount - _run).SequenceEqual(other._runs.AsSpan(other._run, _runCount - _run))
            || !((RunListCursor)_current!).HasLeftOf((RunListCursor)other._current!))
        {
            return false;
        }

        foreach (var (a, b) in _cursors.Zip(other._cursors))
        {
            if (mine.TransferOf(a.Transfer) != its.TransferOf(b.Transfer) || !((RunListCursor)a).HasLeftOf((RunListCursor)b))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Appends a transfer.</summary>
    public void Add(RunCursor cursor)
    {
        _waitingWrites += cursor.MayWrite ? 1 : 0;
        _cursors.Enqueue(cursor);
        if (Left == 0)
        {
            NextRun();
        }
    }

    /// <summary>Takes the head request.</summary>
    public void Take()
    {
        Next++;
        Ordinal++;
        if (--Left == 0)
        {
            NextRun();
        }
    }

    /// <summary>Takes several requests of the head's run at once, leaving at least one.</summary>
    public void Skip(long count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, Left);
        Next += count;
        Ordinal += count;
        Left -= count;
    }

    /// <summary>
    /// Writes down, transfer by transfer, how far the reads reach that follow the head without a gap and have arrived by a cycle; each transfer but
    /// the last ends there, and the last does if <paramref name="lastEnds"/>.
    /// </summary>
    /// <returns>How many transfers.</returns>
    public int LookAhead(Span<(int Slot, long End)> into, long cycle, out bool lastEnds)
    {
        var end = Next + Left;
        lastEnds = false;
        if (Left == 0 || IsWrite || Arrival > cycle || into.IsEmpty)
        {
            return 0;
        }

        into[0] = (Transfer, end);
        lastEnds = _run == _runCount && _current is RunListCursor { IsAtEnd: true };
        var count = 1;
        foreach (var cursor in _cursors)
        {
            if (!lastEnds || count == into.Length || cursor is not RunListCursor { Only: { IsWrite: false } run } || run.First != end || run.Arrival > cycle)
            {
                break;
            }

            end += run.Count;
            into[count++] = (cursor.Transfer, end);
        }

        return count;
    }

    private void NextRun()
    {
        Arrival = long.MaxValue;
        while (true)
        {
            if (_run < _runCount)
            {
                ref readonly var run = ref _runs[_run++];
                (Next, Left, Arrival, IsWrite, Transfer) = (run.First, run.Count, run.Arrival, run.IsWrite, _current!.Transfer);
                RunOrdinal = Ordinal;
                return;
            }

            if (_current is null)
            {
                if (!_cursors.TryDequeue(out _current))
                {
                    return;
                }

                _waitingWrites -= _current.MayWrite ? 1 : 0;
                _current.FirstOrdinal = Ordinal;
            }

            (_run, _runCount) = (0, _current.Next(_runs));
            if (_runCount > 0)
            {
                continue;
            }

            var transfer = _current.Transfer;
            _current = null;
            Exhausted(transfer);
        }
    }
}
