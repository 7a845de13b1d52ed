using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>
/// The commonest step, written out for speed: a read from an open row while no write is queued and rows stay open. It does what the general step
/// does, without the cases that cannot be; whatever is about to become another case goes back to the general step.
/// </summary>
internal sealed unsafe partial class EventPseudoChannel
{
    private const int AgesKept = 64;
    private const int FewColumns = 2;

    // No bank's candidate for a column command is older.
    private uint _oldestHit;

    // The banks of the youngest requests, by age; older ones' places are taken by younger.
    private readonly byte[] _banksOfAges;
    private readonly byte* _bankOfAge;

    /// <summary>Whether the last read looked for came soon after the one before it, by age.</summary>
    private bool _inOrder;

    /// <summary>Column commands since the last row commands, of which each takes off a few: random traffic is left to the general step.</summary>
    private int _columnsInARow;

    private bool _records;
    private readonly CommandBus _readBus;
    private readonly uint _readPattern;

    private void StepRead(long now, long limit)
    {
        var bus = _readBus;
        if (bus.Fit(now, _readPattern) != now)
        {
            BeginOther(now); // the other pseudo-channel took the bus since this was planned
            return;
        }

        bus.Take(now, _readPattern);
        _channel.LastServed = _index;
        _columnsInARow++;
        var served = ReadHit(_planBank, now);
        if (_splitBuses && RowMayStart(now))
        {
            PlanRow(now);
            if (_planClass != NoPlan)
            {
                return;
            }
        }

        var cycle = now + 1;
        if (cycle >= limit || _queuedReads == 0)
        {
            _planClass = NoPlan;
            Wake = cycle;
            return;
        }

        if (cycle >= _nextDue || cycle >= NextArrival || !(_onlyPort is { } port ? AdmitReadsFromOnePort(port, cycle) : AdmitReadsFromPorts(cycle)))
        {
            BeginOther(cycle);
            return;
        }

        LastBegun = cycle;
        if (_owedRanks > 0)
        {
            PlanOther(cycle);
            return;
        }

        PlanRows(cycle, 0, _hitBanks == 0 ? NoCandidate : BestRead(cycle, served), NoCandidate);
    }

    /// <summary>
    /// The best candidate for a read. Where reads are served in order of age, it is the next by age if nothing but the rank keeps it back; that takes
    /// no look at the others.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long BestRead(long floor, uint served)
    {
        if (_inOrder && _oldestHit >= served && _sequence - served <= AgesKept)
        {
            for (var age = served + 1; age < served + 5; age++)
            {
                var bank = (int)_bankOfAge[age % AgesKept];
                var key = _columnKey[bank];
                if (key != Key(ColumnClass, age, bank))
                {
                    continue;
                }

                _oldestHit = age;
                var rank = bank >> _rankShift;
                var start = Larger(Larger(floor, _readBus.Clear), _rankGate[(int)Command.Read * _ranks + rank]);
                if (_bankGate[(int)Command.Read * _banks + bank] <= start && _readBus.IsRunFrom(floor)
                    && ((_hitBanks & ~(_rankBanks << (rank << _rankShift))) == 0 || NoRankBefore(rank)))
                {
                    return ((start - floor) << CycleShift) | key;
                }

                break;
            }
        }

        return BestReadOfAll(floor, served);
    }

    /// <summary>Whether no rank may be read sooner than one.</summary>
    private bool NoRankBefore(int rank)
    {
        var gate = _rankGate + (int)Command.Read * _ranks;
        var sooner = false;
        for (var other = 0; other < _ranks; other++)
        {
            sooner |= gate[other] < gate[rank];
        }

        return !sooner;
    }

    private long BestReadOfAll(long floor, uint served)
    {
        var best = Best(Command.Read, _columnKey, _hitBanks, floor);
        var age = (uint)(best >> AgeShift);
        _inOrder = age - served < 5;
        if (_inOrder)
        {
            _oldestHit = OldestHit();
        }

        return best;
    }

    private uint OldestHit()
    {
        var oldest = Vector512.Create(NoCandidate);
        for (var first = 0; first < _banks; first += 8)
        {
            oldest = Vector512.Min(oldest, Vector512.Load(_columnKey + first));
        }

        var half = Vector256.Min(oldest.GetLower(), oldest.GetUpper());
        var quarter = Vector128.Min(half.GetLower(), half.GetUpper());
        return (uint)(Math.Min(quarter.ToScalar(), quarter.GetElement(1)) >> AgeShift);
    }

    /// <summary>Serves the oldest hit of a bank; returns its age.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint ReadHit(int bank, long now)
    {
        var index = _hit[bank];
        var entry = _entry + index;
        var (previous, next) = (entry->Previous, entry->Next);
        if (previous >= 0)
        {
            _entry[previous].Next = next;
        }
        else
        {
            _head[bank] = next;
        }

        if (next >= 0)
        {
            _entry[next].Previous = previous;
        }
        else
        {
            _tail[bank] = previous;
        }

        _free[_freeCount++] = index;
        _queuedReads--;
        var age = now - entry->Entered;
        var latency = age + _readDone;
        var sum = _sum;
        sum[(int)Counter.FirstCommand + (int)Command.Read]++;
        sum[(int)Counter.RowHits + entry->Cause]++;
        sum[(int)Counter.ReadQueueTicks] += age;
        sum[(int)Counter.Reads]++;
        sum[(int)Counter.ReadLatency] += latency;
        _latency[LatencyHistogram.BucketOf(latency)]++;
        if (latency > _peak[(int)Peak.ReadLatency])
        {
            _peak[(int)Peak.ReadLatency] = latency;
        }

        _transfers.Completed(entry->Slot, now + _readDone);
        if (_records)
        {
            NoteRead(entry, now);
        }

        Push(Command.Read, bank, now);
        var row = entry->Row;
        while (next >= 0 && _entry[next].Row != row)
        {
            next = _entry[next].Next;
        }

        _hit[bank] = next;
        if (++_served[bank] < _cap && next >= 0)
        {
            _columnKey[bank] = Key(ColumnClass, _entry[next].Sequence, bank); // still a bank with a hit
        }
        else
        {
            Classify(bank);
        }

        return entry->Sequence;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteRead(Entry* entry, long now)
    {
        _commandLog?.Add(new LoggedCommand(now, Command.Read, _index, entry->Bank, entry->Local));
        _completionLog?.Add(new LoggedCompletion(_index, entry->Port, entry->Ordinal, now + _readDone));
        Watched?.Add((entry->Local, entry->Entered, now));
    }

    /// <summary>Takes in the reads that find room; false if the port's next request is another matter.</summary>
    private bool AdmitReadsFromOnePort(PortQueue port, long cycle)
    {
        while (port.Arrival <= cycle)
        {
            if (port.IsWrite)
            {
                return false;
            }

            if (_queuedReads == _readQueue)
            {
                break;
            }

            AdmitRead(port, 0, cycle);
            Input.FirstPort = 1;
            port.Take();
        }

        NextArrival = port.Arrival > cycle ? port.Arrival : long.MaxValue;
        return true;
    }

    private bool AdmitReadsFromPorts(long cycle)
    {
        if (_portsChanged)
        {
            return false;
        }

        while (_queuedReads < _readQueue && _arrivedReads != 0 && _arrivedWrites == 0)
        {
            var number = NextPort(_arrivedReads);
            var port = _ports[number];
            AdmitRead(port, number, cycle);
            Input.FirstPort = number + 1;
            var goesOn = port.Left > 1;
            port.Take();
            if (!goesOn)
            {
                File(port, number, cycle);
            }
        }

        return _arrivedWrites == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AdmitRead(PortQueue port, int number, long cycle)
    {
        var word = _addressing.Decode(port.Next);
        var bank = (int)((uint)(word >> _columnBits) & _bankMask);
        Enqueue(cycle, port.Next, (int)((uint)(word >> _rowStart) & _rowMask), bank, false, port.Transfer, number, port.Ordinal);
        _transfers.Entered(port.Transfer);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BeginOther(long cycle) => Begin(cycle);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PlanOther(long cycle) => Plan(cycle, RefreshClass);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PlanRow(long now) => Plan(now, RowClass, NextCycle);
}
