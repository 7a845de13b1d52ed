using System.Runtime.CompilerServices;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>
/// The part of a pseudo-channel's state that decides its future, as numbers relative to the present cycle and to the place its stream has
/// reached: times that are past count as zero, banks and rows are named from the stream's unit, queued requests by their distance behind
/// the stream's next one. Equal numbers and equal input mean equal futures.
/// </summary>
internal sealed unsafe partial class EventPseudoChannel
{
    /// <summary>Whether all queued requests were sent by the run at the head of a port, from the region it stands in.</summary>
    internal bool HoldsOnly(PortQueue? port, StreamGeometry geometry)
    {
        for (var list = 0; list < 2 * _banks; list++)
        {
            for (var index = _head[list]; index >= 0; index = _entry[index].Next)
            {
                var entry = _entry + index;
                if (port is null || entry->Slot != port.Transfer || Input.Ports[entry->Port] != port || entry->Ordinal < port.RunOrdinal
                    || list >= _banks != port.IsWrite || geometry.Region(entry->Local) != geometry.Region(port.Next))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Most words that a state takes.</summary>
    internal int MostStateWords =>
        3 + _ranks * (1 + _table.Used.Length) + _banks * (3 + _table.Used.Length) + _table.RingLength + 5 * _entries.Length;

    /// <summary>Writes down the state at a cycle; all cycles before it have been simulated.</summary>
    /// <returns>Where it ends.</returns>
    internal int* Save(int* state, long now, StreamGeometry geometry, PortQueue? port)
    {
        var unit = port is null ? 0 : port.Next >> geometry.UnitBits;
        var used = _table.Used;
        *state++ = (Writing ? 1 : 0) | (Input.FirstPort << 1);
        for (var rank = 0; rank < _ranks; rank++)
        {
            *state++ = Owed[rank] | (Flushing[rank] ? 1 << 16 : 0) | (_perBankRefresh ? RefreshBank[rank] << 20 : 0);
            foreach (var command in used)
            {
                *state++ = Wait(_rankGate[command * _ranks + rank], now);
            }
        }

        for (var relative = 0; relative < _banks; relative++)
        {
            var bank = geometry.AbsoluteBank(relative, unit);
            if (_openRow[bank] < 0)
            {
                *state++ = -1;
            }
            else
            {
                var (turns, fixedBits) = geometry.RelativeRow(bank, _openRow[bank], unit);
                *state++ = _cap == int.MaxValue ? 0 : Math.Min(_served[bank], _cap);
                *state++ = turns;
                *state++ = fixedBits;
            }

            foreach (var command in used)
            {
                *state++ = Wait(_bankGate[command * _banks + bank], now);
            }
        }

        state = SaveRings(state, now);
        state = SaveQueue(state, now, 0, geometry, unit, port);
        return SaveQueue(state, now, _banks, geometry, unit, port);
    }

    /// <summary>Takes on a state that was saved, at a cycle and at the place the port has reached.</summary>
    /// <returns>Where it ends.</returns>
    internal int* Load(int* state, long now, StreamGeometry geometry, int portNumber, ReadOnlySpan<long> due)
    {
        var port = portNumber < 0 ? null : Input.Ports[portNumber];
        var unit = port is null ? 0 : port.Next >> geometry.UnitBits;
        EmptyQueues();
        var flags = *state++;
        Writing = (flags & 1) != 0;
        Input.FirstPort = flags >> 1;
        _owedRanks = 0;
        _nextDue = long.MaxValue;
        for (var rank = 0; rank < _ranks; rank++)
        {
            var refresh = *state++;
            Owed[rank] = refresh & 0xFFFF;
            Flushing[rank] = ((refresh >> 16) & 1) != 0;
            RefreshBank[rank] = _perBankRefresh ? refresh >> 20 : 0;
            _owedRanks += Owed[rank] > 0 ? 1 : 0;
            Due[rank] = due[rank];
            _nextDue = Math.Min(_nextDue, due[rank]);
            OpenBanks[rank] = 0;
            ActiveSince[rank] = now;
            foreach (var command in _table.Used)
            {
                _rankGate[command * _ranks + rank] = now + *state++;
            }
        }

        for (var relative = 0; relative < _banks; relative++)
        {
            var bank = geometry.AbsoluteBank(relative, unit);
            var served = *state++;
            _openRow[bank] = served < 0 ? -1 : geometry.AbsoluteRow(relative, *state++, *state++, unit);
            _served[bank] = Math.Max(0, served);
            OpenBanks[bank >> _rankShift] += served < 0 ? 0 : 1;
            foreach (var command in _table.Used)
            {
                _bankGate[command * _banks + bank] = now + *state++;
            }
        }

        state = LoadRings(state, now);
        state = LoadQueue(state, now, isWrite: false, port, portNumber);
        state = LoadQueue(state, now, isWrite: true, port, portNumber);
        if (port is not null)
        {
            _transfers.SetOutstanding(port.Transfer, Queued);
        }

        ClassifyAll();
        _planClass = NoPlan;
        NextArrival = long.MaxValue;
        _portsChanged = true;
        Wake = now;
        return state;
    }

    private static int Wait(long gate, long now) => (int)Math.Max(0, gate - now);

    private int* SaveRings(int* state, long now)
    {
        foreach (var (ring, length, delay) in _table.Rings)
        {
            var place = RingHead[ring];
            for (var i = 0; i < length; i++)
            {
                *state++ = Wait(Rings[ring + place] + delay, now);
                place = place + 1 == length ? 0 : place + 1;
            }
        }

        return state;
    }

    private int* LoadRings(int* state, long now)
    {
        foreach (var (ring, length, delay) in _table.Rings)
        {
            RingHead[ring] = 0;
            for (var i = 0; i < length; i++)
            {
                Rings[ring + i] = now + *state++ - delay;
            }
        }

        return state;
    }

    [SkipLocalsInit]
    private int* SaveQueue(int* state, long now, int firstList, StreamGeometry geometry, long unit, PortQueue? port)
    {
        Span<short> byAge = stackalloc short[firstList == 0 ? _queuedReads : _queuedWrites];
        *state++ = byAge.IsEmpty ? 0 : ByAge(firstList, byAge);
        foreach (var index in byAge)
        {
            var entry = _entry + index;
            var (turns, fixedBits) = geometry.RelativeRow(entry->Bank, entry->Row, unit);
            *state++ = (int)(port!.Next - entry->Local);
            *state++ = (int)(now - entry->Entered) << 2 | entry->Cause;
            *state++ = geometry.RelativeBank(entry->Bank, unit);
            *state++ = turns;
            *state++ = fixedBits;
        }

        return state;
    }

    private int* LoadQueue(int* state, long now, bool isWrite, PortQueue? port, int portNumber)
    {
        for (var count = *state++; count > 0; count--)
        {
            var (behind, age) = (state[0], state[1]);
            state += 5;
            var local = port!.Next - behind;
            var word = _addressing.Decode(local);
            var bank = (int)((uint)(word >> _columnBits) & _bankMask);
            var row = (int)((uint)(word >> _rowStart) & _rowMask);
            var index = Enqueue(now - (age >> 2), local, row, bank, isWrite, port.Transfer, portNumber, port.Ordinal - behind);
            _entry[index].Cause = (byte)(age & 3);
        }

        return state;
    }
}
