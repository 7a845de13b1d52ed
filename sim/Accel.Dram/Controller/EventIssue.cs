using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>What a command does when it is sent: rows open and close, requests leave, gates move up.</summary>
internal sealed unsafe partial class EventPseudoChannel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void IssueColumn(Command command, long now)
    {
        var bank = _planBank;
        var write = Writing;
        var list = (write ? _banks : 0) + bank;
        var index = _hit[list];
        var entry = _entry + index;
        var sums = _sum;
        sums[(int)Counter.RowHits + entry->Cause]++;
        sums[(int)(write ? Counter.WriteQueueTicks : Counter.ReadQueueTicks)] += now - entry->Entered;
        if (_commandLog is not null)
        {
            NoteCommand(command, bank, entry->Local, now);
        }

        if (_records)
        {
            Watched?.Add((entry->Local, entry->Entered, now));
        }

        Complete(write, entry->Slot, entry->Port, entry->Ordinal, entry->Entered, now + (write ? _writeDone : _readDone));
        Remove(list, index);
        _served[bank]++;
        Push(command, bank, now);
        if (command is Command.ReadAutoPrecharge or Command.WriteAutoPrecharge)
        {
            Close(bank, now);
        }

        var next = _hit[list];
        if (next >= 0 && _served[bank] < _cap)
        {
            _columnKey[bank] = Key(ColumnClass, _entry[next].Sequence, bank); // still a bank with a hit
        }
        else
        {
            Classify(bank);
        }
    }

    private void IssueRow(Command command, long now)
    {
        var bank = _planBank;
        var entry = _entry + _head[(Writing ? _banks : 0) + bank];
        if (_commandLog is not null)
        {
            NoteCommand(command, bank, entry->Local, now);
        }

        Push(command, bank, now);
        if (command == Command.Activate)
        {
            entry->Cause = Math.Max(entry->Cause, (byte)1);
            Open(bank, entry->Row, now);
        }
        else
        {
            entry->Cause = 2;
            Close(bank, now);
        }

        Classify(bank);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void IssueRefresh(Command command, long now)
    {
        var rank = _planBank >> _rankShift;
        var first = rank << _rankShift;
        if (_commandLog is not null)
        {
            NoteCommand(command, _planBank, -1, now);
        }

        Push(command, _planBank, now);
        switch (command)
        {
            case Command.Precharge:
                Close(_planBank, now);
                Classify(_planBank);
                return;
            case Command.PrechargeAll:
                for (var bank = first; bank < first + _banksPerRank; bank++)
                {
                    if (_openRow[bank] >= 0)
                    {
                        Close(bank, now);
                        Classify(bank);
                    }
                }

                return;
            default:
                Owed[rank]--;
                if (Owed[rank] == 0)
                {
                    Flushing[rank] = false;
                    _owedRanks--;
                }

                RefreshBank[rank] = (RefreshBank[rank] + 1) & (_banksPerRank - 1);
                return;
        }
    }

    // Apart, so that the loop carries nothing for them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteCommand(Command command, int bank, long local, long now) => _commandLog!.Add(new LoggedCommand(now, command, _index, bank, local));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteCompletion(int port, long ordinal, long done) => _completionLog!.Add(new LoggedCompletion(_index, port, ordinal, done));

    private void Open(int bank, int row, long now)
    {
        var rank = bank >> _rankShift;
        if (OpenBanks[rank]++ == 0)
        {
            ActiveSince[rank] = now;
        }

        _openRow[bank] = row;
        _served[bank] = 0;
        FindHit(bank, _head[bank], row);
        FindHit(_banks + bank, _head[_banks + bank], row);
    }

    private void Close(int bank, long now)
    {
        var rank = bank >> _rankShift;
        if (--OpenBanks[rank] == 0)
        {
            _sum[(int)Counter.ActiveRankTicks] += now - ActiveSince[rank];
        }

        _openRow[bank] = -1;
        _hit[bank] = -1;
        _hit[_banks + bank] = -1;
    }

    /// <summary>Pushes the gates that a command moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Push(Command command, int bank, long now)
    {
        var push = _push + _pushEnd[2 * (int)command];
        var bankGate = _bankGate + bank;
        for (var end = _push + _pushEnd[2 * (int)command + 1]; push < end; push++)
        {
            Raise(bankGate + push->First, now + push->Delay);
        }

        var groupGate = _bankGate + (bank & -_banksPerGroup);
        for (var end = _push + _pushEnd[2 * (int)command + 2]; push < end; push++)
        {
            RaiseGroup(groupGate + push->First, now + push->Delay);
        }

        PushRanks((int)command, bank >> _rankShift, now);
        if (((_windowed >> (int)command) & 1) != 0)
        {
            PushWindows(_table.Windows[(int)command], bank, now);
        }
    }

    /// <summary>Pushes the gates of all ranks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PushRanks(int command, int rank, long now)
    {
        var (next, end) = (_rankPushEnd[command], _rankPushEnd[command + 1]);
        if (_ranks == 1)
        {
            for (; next < end; next++)
            {
                Raise(_rankGate + _rankPush[next], now + _rankDelay[next]);
            }

            return;
        }

        var delay = _rankDelay + ((rank * _rankPushes.Length) + next) * _ranks;
        if (_ranks == 4)
        {
            var start = Vector256.Create(now);
            for (; next < end; next++, delay += 4)
            {
                var gate = _rankGate + _rankPush[next];
                Vector256.Max(Vector256.Load(gate), start + Vector256.Load(delay)).Store(gate);
            }

            return;
        }

        for (; next < end; next++)
        {
            var gate = _rankGate + _rankPush[next];
            for (var i = 0; i < _ranks; i++)
            {
                Raise(gate++, now + *delay++);
            }
        }
    }

    /// <summary>Pushes gates that count several commands.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PushWindows(GateTable.Window[] windows, int bank, long now)
    {
        foreach (ref readonly var window in windows.AsSpan())
        {
            PushWindow(window, bank, now);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Raise(long* gate, long cycle) => *gate = Math.Max(*gate, cycle);

    private void RaiseRanks(long* gate, long cycle)
    {
        if (_ranks == 4)
        {
            Vector256.Max(Vector256.Load(gate), Vector256.Create(cycle)).Store(gate);
            return;
        }

        for (var end = gate + _ranks; gate < end; gate++)
        {
            Raise(gate, cycle);
        }
    }

    private void RaiseGroup(long* gate, long cycle)
    {
        if (_banksPerGroup == 4)
        {
            Vector256.Max(Vector256.Load(gate), Vector256.Create(cycle)).Store(gate);
            return;
        }

        for (var end = gate + _banksPerGroup; gate < end; gate++)
        {
            Raise(gate, cycle);
        }
    }

    private void PushWindow(in GateTable.Window window, int bank, long now)
    {
        var rank = bank >> _rankShift;
        var scope = window.Level switch { Level.PseudoChannel => 0, Level.Rank => rank, Level.BankGroup => bank >> _groupShift, _ => bank };
        var ring = window.Ring + scope * window.Length;
        ref var head = ref RingHead[ring];
        Rings[ring + head] = now;
        head = head + 1 == window.Length ? 0 : head + 1;
        var cycle = Rings[ring + head] + window.Delay;
        foreach (var first in window.First)
        {
            switch (window.Level)
            {
                case Level.PseudoChannel:
                    RaiseRanks(_rankGate + first, cycle);
                    break;
                case Level.Rank:
                    Raise(_rankGate + first + rank, cycle);
                    break;
                case Level.BankGroup:
                    RaiseGroup(_bankGate + first + (bank & -_banksPerGroup), cycle);
                    break;
                default:
                    Raise(_bankGate + first + bank, cycle);
                    break;
            }
        }
    }
}
