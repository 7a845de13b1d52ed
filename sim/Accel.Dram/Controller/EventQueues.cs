using System.Runtime.CompilerServices;
using System.Numerics;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>The queues of a pseudo-channel: a pool of entries, one list per bank and direction in order of age.</summary>
internal sealed unsafe partial class EventPseudoChannel
{
    private readonly Entry[] _entries;
    private readonly Entry* _entry;

    // Heads, tails and oldest hits of the lists: reads of each bank, then writes of each bank.
    private readonly short[] _lists;
    private readonly short* _head;
    private readonly short* _tail;
    private readonly short* _hit;
    private readonly short[] _free;
    private int _freeCount;

    // Queued writes by the low bits of their address: most look-ups need go no further.
    private readonly ushort[] _writeFilter = new ushort[256];
    private PortQueue? _onlyPort;

    // With several ports: those whose head has arrived, as sets. They are looked at anew when one arrives or changes from outside.
    private readonly PortQueue[] _ports = new PortQueue[PseudoChannelInput.MostPorts];
    private ulong _arrivedReads;
    private ulong _arrivedWrites;

    // Ports whose head was found to meet no queued write while its queue was full; so it stays until another write enters.
    private ulong _refused;
    private bool _portsChanged = true;
    private int _queuedReads;
    private int _queuedWrites;
    private uint _sequence;
    internal bool Writing;

    private void AdmitFromOnePort(PortQueue port, long cycle)
    {
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

            Input.FirstPort = 1;
            port.Take();
        }

        NextArrival = port.Arrival > cycle ? port.Arrival : long.MaxValue;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AdmitFromPorts(long cycle)
    {
        if (_portsChanged || cycle >= NextArrival)
        {
            LookAtPorts(cycle);
        }

        while (true)
        {
            var ready = (_queuedReads < _readQueue ? _arrivedReads : 0) | (_queuedWrites < _writeQueue ? _arrivedWrites : 0);
            if (_queuedWrites > 0)
            {
                ready |= (_arrivedReads | _arrivedWrites) & ~_refused; // a queued write may answer or absorb a request whose queue is full
            }

            if (ready == 0)
            {
                return;
            }

            var number = NextPort(ready);
            var port = _ports[number];
            if (!TryEnter(cycle, port.Next, port.IsWrite, port.Transfer, number, port.Ordinal))
            {
                _refused |= 1UL << number;
                continue;
            }

            _refused = port.IsWrite ? 0 : _refused & ~(1UL << number);
            Input.FirstPort = number + 1;
            var goesOn = port.Left > 1;
            port.Take();
            if (!goesOn)
            {
                File(port, number, cycle);
            }
        }
    }

    /// <summary>The port of a set whose turn it is: a shift by the number of ports leaves all of them, from the first on.</summary>
    private int NextPort(ulong ready)
    {
        var after = ready & (ulong.MaxValue << Input.FirstPort);
        return BitOperations.TrailingZeroCount(after != 0 ? after : ready);
    }

    /// <summary>Finds out which ports have a request that has arrived.</summary>
    private void LookAtPorts(long cycle)
    {
        _portsChanged = false;
        NextArrival = long.MaxValue;
        for (var number = 0; number < Input.Ports.Count; number++)
        {
            _ports[number] = Input.Ports[number];
            File(_ports[number], number, cycle);
        }
    }

    private void File(PortQueue port, int number, long cycle)
    {
        var bit = 1UL << number;
        _arrivedReads &= ~bit;
        _arrivedWrites &= ~bit;
        _refused &= ~bit;
        if (port.Arrival > cycle)
        {
            NextArrival = Math.Min(NextArrival, port.Arrival);
        }
        else if (port.IsWrite)
        {
            _arrivedWrites |= bit;
        }
        else
        {
            _arrivedReads |= bit;
        }
    }

    /// <summary>Takes a request into its queue, or answers it from the write queue; false if the queue is full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
            _sum[(int)(isWrite ? Counter.Merged : Counter.Forwarded)]++;
            _transfers.Entered(slot);
            Complete(isWrite, slot, port, ordinal, cycle, cycle + (isWrite ? _writeDone : _readDone));
            return true;
        }

        if (full)
        {
            return false;
        }

        Enqueue(cycle, local, (int)((uint)(word >> _rowStart) & _rowMask), bank, isWrite, slot, port, ordinal);
        _transfers.Entered(slot);
        return true;
    }

    /// <summary>The bank of a local number.</summary>
    internal int BankOf(long local) => (int)((uint)(_addressing.Decode(local) >> _columnBits) & _bankMask);

    private bool HoldsWriteTo(int bank, long local)
    {
        for (var index = _head[_banks + bank]; index >= 0; index = _entry[index].Next)
        {
            if (_entry[index].Local == local)
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Enqueue(long entered, long local, int row, int bank, bool isWrite, int slot, int port, long ordinal)
    {
        var index = _free[--_freeCount];
        var list = (isWrite ? _banks : 0) + bank;
        var tail = _tail[list];
        var entry = _entry + index;
        entry->Local = local;
        entry->Entered = entered;
        var sequence = _sequence == uint.MaxValue ? Renumber() : _sequence++;
        _bankOfAge[sequence % AgesKept] = (byte)bank;
        entry->Sequence = sequence;
        entry->Ordinal = ordinal;
        entry->Row = row;
        entry->Slot = slot;
        entry->Next = -1;
        entry->Previous = tail;
        entry->Port = (short)port;
        entry->Bank = (byte)bank;
        entry->Cause = 0;
        if (tail >= 0)
        {
            _entry[tail].Next = index;
        }
        else
        {
            _head[list] = index;
        }

        _tail[list] = index;
        var peaks = _peak;
        if (isWrite)
        {
            _writeFilter[local & 255]++;
            _queuedWrites++;
            if (_queuedWrites > peaks[(int)Peak.WriteQueue])
            {
                peaks[(int)Peak.WriteQueue] = _queuedWrites;
            }
        }
        else
        {
            _queuedReads++;
            if (_queuedReads > peaks[(int)Peak.ReadQueue])
            {
                peaks[(int)Peak.ReadQueue] = _queuedReads;
            }
        }

        var newHit = _hit[list] < 0 && _openRow[bank] == row;
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

    /// <summary>Ages are counted in 32 bits; before they run over, those in the queues are counted anew.</summary>
    private uint Renumber()
    {
        var queued = new List<int>();
        for (var list = 0; list < 2 * _banks; list++)
        {
            for (var index = _head[list]; index >= 0; index = _entry[index].Next)
            {
                queued.Add(index);
            }
        }

        _sequence = 0;
        _oldestHit = 0;
        foreach (var index in queued.OrderBy(i => _entries[i].Sequence))
        {
            _bankOfAge[_sequence % AgesKept] = _entry[index].Bank;
            _entry[index].Sequence = _sequence++;
        }

        ClassifyAll();
        return _sequence++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Remove(int list, short index)
    {
        var entry = _entry + index;
        var (previous, next) = (entry->Previous, entry->Next);
        if (previous >= 0)
        {
            _entry[previous].Next = next;
        }
        else
        {
            _head[list] = next;
        }

        if (next >= 0)
        {
            _entry[next].Previous = previous;
        }
        else
        {
            _tail[list] = previous;
        }

        if (list >= _banks)
        {
            _writeFilter[entry->Local & 255]--;
            _queuedWrites--;
        }
        else
        {
            _queuedReads--;
        }

        _free[_freeCount++] = index;
        FindHit(list, next, entry->Row);
    }

    /// <summary>Sets a list's oldest hit, looking from an entry on; all before it are known to miss.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FindHit(int list, short from, int row)
    {
        while (from >= 0 && _entry[from].Row != row)
        {
            from = _entry[from].Next;
        }

        _hit[list] = from;
    }

    /// <summary>Whether no younger entry of the list wants the same row; older ones are known to want others.</summary>
    private bool IsLastOfItsRow(short hit)
    {
        var row = _entry[hit].Row;
        for (var index = _entry[hit].Next; index >= 0; index = _entry[index].Next)
        {
            if (_entry[index].Row == row)
            {
                return false;
            }
        }

        return true;
    }

    private bool AnyQueuedFor(int firstBank, int count)
    {
        for (var bank = firstBank; bank < firstBank + count; bank++)
        {
            if (_head[bank] >= 0 || _head[_banks + bank] >= 0)
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Complete(bool isWrite, int slot, int port, long ordinal, long entered, long done)
    {
        var sums = _sum;
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
            _latency[LatencyHistogram.BucketOf(latency)]++;
            if (latency > _peak[(int)Peak.ReadLatency])
            {
                _peak[(int)Peak.ReadLatency] = latency;
            }
        }

        _transfers.Completed(slot, done);
        if (_completionLog is not null)
        {
            NoteCompletion(port, ordinal, done);
        }
    }

    internal void EmptyQueues()
    {
        Array.Fill(_lists, (short)-1);
        Array.Clear(_writeFilter);
        _freeCount = _entries.Length;
        for (var i = 0; i < _freeCount; i++)
        {
            _free[i] = (short)(_freeCount - 1 - i);
        }

        (_queuedReads, _queuedWrites, _sequence) = (0, 0, 0);
    }
}
