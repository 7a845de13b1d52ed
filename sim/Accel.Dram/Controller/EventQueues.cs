using System.Numerics;

namespace Accel.Dram.Controller;

/// <summary>The queues of a pseudo-channel: a pool of entries, one list per bank and direction in order of age.</summary>
internal sealed partial class EventPseudoChannel
{
    private void AdmitFromOnePort(long cycle)
    {
        var port = Input.Ports[0];
        while (port.Arrival <= cycle)
        {
            // A full queue refuses at once, unless a queued write could answer or absorb the request.
            var full = port.IsWrite ? _queuedWrites == _writeQueue : _queuedReads == _readQueue;
            if (full && (_queuedWrites == 0 || _writeFilter[port.Next & 255] == 0))
            {
                break;
            }

            if (!TryEnter(cycle, port.Next, port.IsWrite, port.Transfer, 0, port.Ordinal))
            {
                break;
            }

            port.Take();
        }

        NextArrival = port.Arrival > cycle ? port.Arrival : long.MaxValue;
    }

    private void AdmitFromPorts(long cycle)
    {
        var ports = Input.Ports;
        for (var i = 0; i < ports.Count; i++)
        {
            var number = Input.FirstPort + i;
            number = number >= ports.Count ? number - ports.Count : number;
            var port = ports[number];
            if (port.Arrival <= cycle && TryEnter(cycle, port.Next, port.IsWrite, port.Transfer, number, port.Ordinal))
            {
                port.Take();
                Input.FirstPort = number + 1 == ports.Count ? 0 : number + 1;
                i = -1;
            }
        }

        NextArrival = long.MaxValue;
        foreach (var port in ports)
        {
            NextArrival = port.Arrival > cycle ? Math.Min(NextArrival, port.Arrival) : NextArrival;
        }
    }

    /// <summary>Takes a request into its queue, or answers it from the write queue; false if the queue is full.</summary>
    public bool TryEnter(long cycle, long local, bool isWrite, int slot, int port, long ordinal)
    {
        var filter = (int)(local & 255);
        var mayMatch = _writeFilter[filter] != 0;
        var full = isWrite ? _queuedWrites == _writeQueue : _queuedReads == _readQueue;
        if (full && !mayMatch)
        {
            return false;
        }

        var word = _addressing.Decode(local);
        var bank = (int)((uint)(word >> _columnBits) & _bankMask);
        if (mayMatch && HoldsWriteTo(bank, local))
        {
            Counters.Sums[(int)(isWrite ? Counter.Merged : Counter.Forwarded)]++;
            Input.Transfers.Entered(slot);
            Complete(isWrite, slot, port, ordinal, cycle, cycle + _device.DoneAfter(isWrite));
            return true;
        }

        if (full)
        {
            return false;
        }

        Enqueue(cycle, local, (int)((uint)(word >> _rowStart) & _rowMask), bank, isWrite, slot, port, ordinal);
        Input.Transfers.Entered(slot);
        return true;
    }

    private bool HoldsWriteTo(int bank, long local)
    {
        for (var index = _head[_banks + bank]; index >= 0; index = Entries[index].Next)
        {
            if (Entries[index].Local == local)
            {
                return true;
            }
        }

        return false;
    }

    internal int Enqueue(long entered, long local, int row, int bank, bool isWrite, int slot, int port, long ordinal)
    {
        var index = _free[--_freeCount];
        var list = (isWrite ? _banks : 0) + bank;
        var tail = _tail[list];
        ref var entry = ref Entries[index];
        entry.Local = local;
        entry.Entered = entered;
        entry.Sequence = _sequence++;
        entry.Ordinal = ordinal;
        entry.Row = row;
        entry.Slot = slot;
        entry.Next = -1;
        entry.Previous = tail;
        entry.Port = (short)port;
        entry.Bank = (byte)bank;
        entry.Cause = 0;
        if (tail >= 0)
        {
            Entries[tail].Next = index;
        }
        else
        {
            _head[list] = index;
        }

        _tail[list] = index;
        _queuedOf[bank]++;
        var peaks = Counters.Peaks;
        if (isWrite)
        {
            _writeFilter[local & 255]++;
            _queuedWrites++;
            peaks[(int)Peak.WriteQueue] = Math.Max(peaks[(int)Peak.WriteQueue], _queuedWrites);
        }
        else
        {
            _queuedReads++;
            peaks[(int)Peak.ReadQueue] = Math.Max(peaks[(int)Peak.ReadQueue], _queuedReads);
        }

        var newHit = _hit[list] < 0 && OpenRow[bank] == row;
        if (newHit)
        {
            _hit[list] = index;
        }

        // Only a first request or a first hit changes what the bank wants next.
        if (isWrite == Writing && (newHit || tail < 0))
        {
            Classify(bank);
        }

        return index;
    }

    private void Remove(int list, short index)
    {
        ref var entry = ref Entries[index];
        var (previous, next) = (entry.Previous, entry.Next);
        if (previous >= 0)
        {
            Entries[previous].Next = next;
        }
        else
        {
            _head[list] = next;
        }

        if (next >= 0)
        {
            Entries[next].Previous = previous;
        }
        else
        {
            _tail[list] = previous;
        }

        _queuedOf[entry.Bank]--;
        if (list >= _banks)
        {
            _writeFilter[entry.Local & 255]--;
            _queuedWrites--;
        }
        else
        {
            _queuedReads--;
        }

        _free[_freeCount++] = index;
        FindHit(list, next, entry.Row);
    }

    /// <summary>Sets a list's oldest hit, looking from an entry on; all before it are known to miss.</summary>
    private void FindHit(int list, short from, int row)
    {
        while (from >= 0 && Entries[from].Row != row)
        {
            from = Entries[from].Next;
        }

        _hit[list] = from;
    }

    /// <summary>Files a bank under what it wants next in the current direction.</summary>
    private void Classify(int bank)
    {
        var bit = 1UL << bank;
        var list = (Writing ? _banks : 0) + bank;
        _hitBanks &= ~bit;
        _closedBanks &= ~bit;
        _conflictBanks &= ~bit;
        var head = _head[list];
        if (head < 0)
        {
            return;
        }

        var open = OpenRow[bank];
        if (open < 0)
        {
            _closedBanks |= bit;
        }
        else if (_hit[list] >= 0 && (_cap == 0 || Served[bank] < _cap || Entries[head].Row == open))
        {
            _hitBanks |= bit;
        }
        else
        {
            _conflictBanks |= bit;
        }
    }

    private void ClassifyAll()
    {
        for (var bank = 0; bank < _banks; bank++)
        {
            Classify(bank);
        }
    }

    private bool IsLastOfItsRow(ref Entry entry)
    {
        for (var index = entry.Next; index >= 0; index = Entries[index].Next)
        {
            if (Entries[index].Row == entry.Row)
            {
                return false;
            }
        }

        return true;
    }

    private int QueuedOfRank(int rank)
    {
        var count = 0;
        for (var bank = rank << _rankShift; bank < (rank + 1) << _rankShift; bank++)
        {
            count += _queuedOf[bank];
        }

        return count;
    }

    private void Complete(bool isWrite, int slot, int port, long ordinal, long entered, long done)
    {
        var sums = Counters.Sums;
        var latency = done - entered;
        if (isWrite)
        {
            sums[(int)Counter.Writes]++;
            sums[(int)Counter.WriteLatency] += latency;
        }
        else
        {
            sums[(int)Counter.Reads]++;
            sums[(int)Counter.ReadLatency] += latency;
            Counters.Peaks[(int)Peak.ReadLatency] = Math.Max(Counters.Peaks[(int)Peak.ReadLatency], latency);
            Counters.Latencies.Counts[LatencyHistogram.BucketOf(latency)]++;
        }

        Input.Transfers.Completed(slot, done);
        _channel.Log.Completions?.Add(new LoggedCompletion(_index, port, ordinal, done));
    }

    internal void EmptyQueues()
    {
        Array.Fill(_head, (short)-1);
        Array.Fill(_tail, (short)-1);
        Array.Fill(_hit, (short)-1);
        Array.Clear(_queuedOf);
        Array.Clear(_writeFilter);
        _freeCount = Entries.Length;
        for (var i = 0; i < _freeCount; i++)
        {
            _free[i] = (short)(_freeCount - 1 - i);
        }

        (_queuedReads, _queuedWrites, _sequence) = (0, 0, 0);
        (_hitBanks, _closedBanks, _conflictBanks) = (0, 0, 0);
    }
}
