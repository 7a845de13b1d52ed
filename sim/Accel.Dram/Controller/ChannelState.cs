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

    /// <summary>Appends the state at a cycle; all cycles before it have been simulated.</summary>
    internal void Save(List<int> state, long now, StreamGeometry geometry, PortQueue? port)
    {
        var unit = port is null ? 0 : port.Next >> geometry.UnitBits;
        state.Add((Writing ? 1 : 0) | (Input.FirstPort << 1));
        for (var rank = 0; rank < _ranks; rank++)
        {
            state.Add(Owed[rank] | (Flushing[rank] ? 1 << 16 : 0) | (_perBankRefresh ? RefreshBank[rank] << 20 : 0));
            foreach (var command in _table.Used)
            {
                state.Add(Wait(_rankGate[command * _ranks + rank], now));
            }
        }

        for (var relative = 0; relative < _banks; relative++)
        {
            var bank = geometry.AbsoluteBank(relative, unit);
            if (_openRow[bank] < 0)
            {
                state.Add(-1);
            }
            else
            {
                var (turns, fixedBits) = geometry.RelativeRow(bank, _openRow[bank], unit);
                state.Add(_cap == int.MaxValue ? 0 : Math.Min(_served[bank], _cap));
                state.Add(turns);
                state.Add(fixedBits);
            }

            foreach (var command in _table.Used)
            {
                state.Add(Wait(_bankGate[command * _banks + bank], now));
            }
        }

        SaveRings(state, now);
        SaveQueue(state, now, 0, geometry, unit, port);
        SaveQueue(state, now, _banks, geometry, unit, port);
    }

    /// <summary>Takes on a state that was saved, at a cycle and at the place the port has reached.</summary>
    internal ReadOnlySpan<int> Load(ReadOnlySpan<int> state, long now, StreamGeometry geometry, int portNumber, ReadOnlySpan<long> due)
    {
        var port = portNumber < 0 ? null : Input.Ports[portNumber];
        var unit = port is null ? 0 : port.Next >> geometry.UnitBits;
        var reader = new StateReader(state);
        EmptyQueues();
        var flags = reader.Next();
        Writing = (flags & 1) != 0;
        Input.FirstPort = flags >> 1;
        _owedRanks = 0;
        _nextDue = long.MaxValue;
        for (var rank = 0; rank < _ranks; rank++)
        {
            var refresh = reader.Next();
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
                _rankGate[command * _ranks + rank] = now + reader.Next();
            }
        }

        for (var relative = 0; relative < _banks; relative++)
        {
            var bank = geometry.AbsoluteBank(relative, unit);
            var served = reader.Next();
            _openRow[bank] = served < 0 ? -1 : geometry.AbsoluteRow(relative, reader.Next(), reader.Next(), unit);
            _served[bank] = Math.Max(0, served);
            OpenBanks[bank >> _rankShift] += served < 0 ? 0 : 1;
            foreach (var command in _table.Used)
            {
                _bankGate[command * _banks + bank] = now + reader.Next();
            }
        }

        LoadRings(ref reader, now);
        LoadQueue(ref reader, now, isWrite: false, port, portNumber);
        LoadQueue(ref reader, now, isWrite: true, port, portNumber);
        if (port is not null)
        {
            _transfers.SetOutstanding(port.Transfer, Queued);
        }

        ClassifyAll();
        _planClass = NoPlan;
        NextArrival = long.MaxValue;
        _portsChanged = true;
        Wake = now;
        return reader.Left;
    }

    private static int Wait(long gate, long now) => (int)Math.Max(0, gate - now);

    private void SaveRings(List<int> state, long now)
    {
        foreach (var window in _table.Rings)
        {
            for (var i = 0; i < window.Length; i++)
            {
                var oldestFirst = (RingHead[window.Ring] + i) % window.Length;
                state.Add(Wait(Rings[window.Ring + oldestFirst] + window.Delay, now));
            }
        }
    }

    private void LoadRings(ref StateReader reader, long now)
    {
        foreach (var window in _table.Rings)
        {
            RingHead[window.Ring] = 0;
            for (var i = 0; i < window.Length; i++)
            {
                Rings[window.Ring + i] = now + reader.Next() - window.Delay;
            }
        }
    }

    private void SaveQueue(List<int> state, long now, int firstList, StreamGeometry geometry, long unit, PortQueue? port)
    {
        Span<short> byAge = stackalloc short[firstList == 0 ? _queuedReads : _queuedWrites];
        var count = ByAge(firstList, byAge);
        state.Add(count);
        foreach (var index in byAge)
        {
            var entry = _entry + index;
            var (turns, fixedBits) = geometry.RelativeRow(entry->Bank, entry->Row, unit);
            state.Add((int)(port!.Next - entry->Local));
            state.Add((int)(now - entry->Entered) << 2 | entry->Cause);
            state.Add(geometry.RelativeBank(entry->Bank, unit));
            state.Add(turns);
            state.Add(fixedBits);
        }
    }

    private void LoadQueue(ref StateReader reader, long now, bool isWrite, PortQueue? port, int portNumber)
    {
        for (var count = reader.Next(); count > 0; count--)
        {
            var behind = reader.Next();
            var age = reader.Next();
            reader.Skip(3);
            var local = port!.Next - behind;
            var word = _addressing.Decode(local);
            var bank = (int)((uint)(word >> _columnBits) & _bankMask);
            var row = (int)((uint)(word >> _rowStart) & _rowMask);
            var index = Enqueue(now - (age >> 2), local, row, bank, isWrite, port.Transfer, portNumber, port.Ordinal - behind);
            _entry[index].Cause = (byte)(age & 3);
        }
    }

    private ref struct StateReader(ReadOnlySpan<int> left)
    {
        public ReadOnlySpan<int> Left { get; private set; } = left;

        public int Next()
        {
            var value = Left[0];
            Left = Left[1..];
            return value;
        }

        public void Skip(int count) => Left = Left[count..];
    }
}
