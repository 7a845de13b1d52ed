using System.Numerics;
using System.Runtime.CompilerServices;
using Accel.Dram.Controller.Reach;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>
/// The part of a pseudo-channel's state that a short stretch of a stream of reads can reach: written down as a key, and taken on from a step.
/// </summary>
internal sealed unsafe partial class EventPseudoChannel
{
    private const int WaitBits = 16;
    private const int OtherRow = 1;
    private const int ThisRow = 2;


    /// <summary>When the next refresh falls due, if it is the same for all ranks; else 0.</summary>
    internal long CommonDue => Array.TrueForAll(Due, due => due == Due[0]) ? Due[0] : 0;

    internal long NextDue => _nextDue;

    internal bool OwesRefresh => _owedRanks > 0;

    /// <summary>Whether windows of commands are such as can be told from a window's ranks.</summary>
    internal bool RingsAreOfRanks => _table.AllWindows.All(w => w.Level is Level.PseudoChannel or Level.Rank);

    /// <summary>
    /// Words and ages of the queue's requests; null unless they are reads of one port, all lately before its next one, and no refresh is owed.
    /// </summary>
    /// <param name="port">The port.</param>
    /// <param name="number">Its number.</param>
    /// <param name="words">Overwritten.</param>
    /// <param name="ages">Overwritten.</param>
    /// <returns>How many; -1 if there are others.</returns>
    internal int SaveReads(PortQueue port, int number, Span<int> words, Span<int> ages, long now)
    {
        const int mostBehind = 255;
        if (_owedRanks > 0 || _queuedWrites > 0 || Writing || _closedPage || _queuedReads > words.Length)
        {
            return -1;
        }

        Span<short> byAge = stackalloc short[_queuedReads];
        var count = byAge.IsEmpty ? 0 : ByAge(0, byAge);
        for (var i = 0; i < count; i++)
        {
            var entry = _entry + byAge[i];
            var behind = port.Next - entry->Local;
            if (entry->Port != number || behind is < 1 or > mostBehind || port.Ordinal - entry->Ordinal != behind)
            {
                return -1;
            }

            words[i] = ((int)behind << 2) | entry->Cause;
            ages[i] = (int)(now - entry->Entered);
        }

        return count;
    }

    /// <summary>Appends, for each transfer with queued requests, its slot and the end of those of them that have entered.</summary>
    /// <param name="flights">What to append to.</param>
    /// <param name="next">The stream's next request.</param>
    /// <param name="reach">How far behind it the first queued one is.</param>
    internal void SaveFlights(List<(int Slot, long End)> flights, long next, int reach)
    {
        Span<int> slots = stackalloc int[reach];
        slots.Fill(-1);
        for (var bank = 0; bank < _banks; bank++)
        {
            for (var index = _head[bank]; index >= 0; index = _entry[index].Next)
            {
                slots[(int)(_entry[index].Local - next) + reach] = _entry[index].Slot;
            }
        }

        for (var i = 0; i < reach; i++)
        {
            var end = next - reach + i + 1;
            if (slots[i] >= 0 && flights.Count > 0 && flights[^1].Slot == slots[i])
            {
                flights[^1] = (slots[i], end);
            }
            else if (slots[i] >= 0)
            {
                flights.Add((slots[i], end));
            }
        }
    }

    /// <summary>Writes down what can be reached.</summary>
    /// <param name="key">Where to.</param>
    /// <param name="shape">The banks in reach.</param>
    /// <param name="rows">The row of each block.</param>
    /// <param name="banksInBlock">Banks in a block.</param>
    /// <param name="toDue">Cycles until all ranks fall due for refresh within the step; 0 if none does.</param>
    /// <param name="now">The present cycle.</param>
    /// <param name="after">Write down what a step leaves behind, rather than what it depends on.</param>
    /// <returns>Where it ends; null if a number is too large.</returns>
    internal ulong* SaveReach(ulong* key, WindowShape shape, ReadOnlySpan<int> rows, int banksInBlock, int toDue, long now, bool after)
    {
        var large = 0UL;
        var banks = shape.Banks;
        for (var i = 0; i < banks.Length; i++)
        {
            var (bank, row) = (banks[i], rows[i / banksInBlock]);
            var waits = Waits(_bankGate + bank, _banks, now, ref large);
            *key++ = (after ? waits : waits & Deciding(bank, row, toDue, waits)) | ((ulong)RowCode(bank, row) << (3 * WaitBits));
        }

        key = SaveRanks(key, shape, toDue > 0, now, ref large);
        key = SaveRings(key, shape, toDue > 0, now, ref large);
        return large >> WaitBits == 0 ? key : null;
    }

    private int RowCode(int bank, int row)
    {
        var open = _openRow[bank];
        return open < 0 ? 0 : open != row ? OtherRow : ThisRow + (_cap == int.MaxValue ? 0 : Math.Min(_served[bank], _cap));
    }

    /// <summary>
    /// Which of a bank's waits a step may depend on. Its requests want one row. While that is open, nothing closes it but a refresh, after which
    /// it is opened again; while none is, nothing has to be closed.
    /// </summary>
    private ulong Deciding(int bank, int row, int toDue, ulong waits)
    {
        const ulong activate = (1UL << WaitBits) - 1;
        const ulong read = activate << WaitBits;
        const ulong precharge = read << WaitBits;
        var open = _openRow[bank];
        return open < 0 ? activate | read : open != row ? activate | read | precharge : toDue > 0 && (waits & activate) > (ulong)toDue ? activate | read : read;
    }

    /// <summary>Waits of activate, read and precharge, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Waits(long* gates, int apart, long now, ref ulong large)
    {
        var activate = WaitOf(gates[(int)Command.Activate * apart], now);
        var read = WaitOf(gates[(int)Command.Read * apart], now);
        var precharge = WaitOf(gates[(int)Command.Precharge * apart], now);
        large |= activate | read | precharge;
        return activate | (read << WaitBits) | (precharge << (2 * WaitBits));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong WaitOf(long gate, long now)
    {
        var wait = gate - now;
        return (ulong)(wait & ~(wait >> 63));
    }

    private ulong* SaveRanks(ulong* key, WindowShape shape, bool refreshes, long now, ref ulong large)
    {
        for (var label = 0; label < shape.Ranks.Length; label++)
        {
            var rank = shape.Ranks[label];
            *key++ = Waits(_rankGate + rank, _ranks, now, ref large) | ((ulong)OpenBeside(shape, rank, label) << (3 * WaitBits));
        }

        if (!refreshes)
        {
            return key;
        }

        // Refresh goes by the numbers of ranks, and closes them all.
        for (var rank = 0; rank < _ranks; rank++)
        {
            var label = Array.IndexOf(shape.Ranks, rank);
            var all = WaitOf(_rankGate[((int)Command.PrechargeAll * _ranks) + rank], now);
            var refresh = WaitOf(_rankGate[((int)Command.RefreshAllBank * _ranks) + rank], now);
            large |= all | refresh;
            *key++ = all | (refresh << WaitBits) | ((ulong)(byte)(label + 1) << (2 * WaitBits));
            if (label < 0)
            {
                *key++ = Waits(_rankGate + rank, _ranks, now, ref large) | ((ulong)(OpenBanks[rank] > 0 ? 1 : 0) << (3 * WaitBits));
            }
        }

        return key;
    }

    /// <summary>Whether a bank outside of the window keeps the rank open.</summary>
    private int OpenBeside(WindowShape shape, int rank, int label)
    {
        var open = 0;
        for (var banks = shape.InRank[label]; banks != 0; banks &= banks - 1)
        {
            open += _openRow[BitOperations.TrailingZeroCount(banks)] >= 0 ? 1 : 0;
        }

        return OpenBanks[rank] > open ? 1 : 0;
    }

    private ulong* SaveRings(ulong* key, WindowShape shape, bool refreshes, long now, ref ulong large)
    {
        foreach (ref readonly var window in _table.AllWindows.AsSpan())
        {
            var scopes = window.Level != Level.Rank ? 1 : refreshes ? _ranks : shape.Ranks.Length;
            for (var scope = 0; scope < scopes; scope++)
            {
                var ring = window.Ring + ((window.Level != Level.Rank ? 0 : refreshes ? scope : shape.Ranks[scope]) * window.Length);
                var place = RingHead[ring];
                for (var i = 0; i < window.Length; i++)
                {
                    var wait = WaitOf(Rings[ring + place] + window.Delay, now);
                    large |= wait;
                    *key++ = wait;
                    place = place + 1 == window.Length ? 0 : place + 1;
                }
            }
        }

        return key;
    }

    /// <summary>Takes on what a step leaves behind, but for the queue.</summary>
    /// <param name="part">What.</param>
    /// <param name="shape">The banks that were in reach.</param>
    /// <param name="rows">The row of each block.</param>
    /// <param name="banksInBlock">Banks in a block.</param>
    /// <param name="refreshes">Whether all ranks were refreshed.</param>
    /// <param name="from">Where the step begins.</param>
    /// <param name="now">Where it ends.</param>
    internal void Apply(ReachPart part, WindowShape shape, ReadOnlySpan<int> rows, int banksInBlock, bool refreshes, long from, long now)
    {
        CountActiveUntil(from);
        if (refreshes)
        {
            OpenRow.AsSpan().Fill(-1);
            OpenBanks.AsSpan().Clear();
            for (var rank = 0; rank < _ranks; rank++)
            {
                Due[rank] += _interval;
                RefreshBank[rank] = (RefreshBank[rank] + 1) & (_banksPerRank - 1);
                ActiveSince[rank] = now;
            }

            _nextDue += _interval;
        }
        else
        {
            // Ranks that nothing else keeps open: the step has counted how long they were.
            for (var label = 0; label < shape.Ranks.Length; label++)
            {
                ActiveSince[shape.Ranks[label]] = OpenBeside(shape, shape.Ranks[label], label) == 0 ? now : from;
            }
        }

        fixed (ulong* after = part.After)
        {
            var word = after;
            for (var i = 0; i < shape.Banks.Length; i++)
            {
                TakeBank(shape.Banks[i], rows[i / banksInBlock], *word++, now);
            }

            word = TakeRanks(word, shape, refreshes, now);
            TakeRings(word, shape, refreshes, now);
        }

        foreach (ref readonly var raise in part.Raises.AsSpan())
        {
            Take(raise, shape, refreshes, now);
        }
    }

    private void TakeBank(int bank, int row, ulong word, long now)
    {
        var code = (int)(word >> (3 * WaitBits));
        var wasOpen = _openRow[bank] >= 0;
        if (code != OtherRow)
        {
            _openRow[bank] = code == 0 ? -1 : row;
            _served[bank] = Math.Max(0, code - ThisRow);
            OpenBanks[bank >> _rankShift] += (code == 0 ? 0 : 1) - (wasOpen ? 1 : 0);
        }

        TakeWaits(_bankGate + bank, _banks, word, now);
    }

    private static void TakeWaits(long* gates, int apart, ulong word, long now)
    {
        const uint mask = (1 << WaitBits) - 1;
        Raise(gates + ((int)Command.Activate * apart), now + (uint)(word & mask));
        Raise(gates + ((int)Command.Read * apart), now + (uint)((word >> WaitBits) & mask));
        Raise(gates + ((int)Command.Precharge * apart), now + (uint)((word >> (2 * WaitBits)) & mask));
    }

    private ulong* TakeRanks(ulong* word, WindowShape shape, bool refreshes, long now)
    {
        foreach (var rank in shape.Ranks)
        {
            TakeWaits(_rankGate + rank, _ranks, *word++, now);
        }

        const uint mask = (1 << WaitBits) - 1;
        for (var rank = 0; rank < _ranks && refreshes; rank++)
        {
            _rankGate[((int)Command.PrechargeAll * _ranks) + rank] = now + (uint)(*word & mask);
            _rankGate[((int)Command.RefreshAllBank * _ranks) + rank] = now + (uint)((*word >> WaitBits) & mask);
            if (((*word++ >> (2 * WaitBits)) & mask) == 0)
            {
                TakeWaits(_rankGate + rank, _ranks, *word++, now);
            }
        }

        return word;
    }

    private void TakeRings(ulong* word, WindowShape shape, bool refreshes, long now)
    {
        foreach (ref readonly var window in _table.AllWindows.AsSpan())
        {
            var scopes = window.Level != Level.Rank ? 1 : refreshes ? _ranks : shape.Ranks.Length;
            for (var scope = 0; scope < scopes; scope++)
            {
                var ring = window.Ring + ((window.Level != Level.Rank ? 0 : refreshes ? scope : shape.Ranks[scope]) * window.Length);
                RingHead[ring] = 0;
                for (var i = 0; i < window.Length; i++)
                {
                    Rings[ring + i] = now + (long)*word++ - window.Delay;
                }
            }
        }
    }

    private void Take(in GateRaise raise, WindowShape shape, bool refreshes, long now)
    {
        var gate = now + raise.Wait;
        var banks = _bankGate + (raise.Command * _banks);
        var ranks = _rankGate + (raise.Command * _ranks);
        switch (raise.Kind)
        {
            case GateOwner.Bank:
                Raise(banks + shape.Banks[raise.Index], gate);
                break;
            case GateOwner.BesideInGroup:
                foreach (var bank in shape.Beside[raise.Index])
                {
                    Raise(banks + bank, gate);
                }

                break;
            case GateOwner.Rank:
                Raise(ranks + (refreshes ? raise.Index : shape.Ranks[raise.Index]), gate);
                break;
            default:
                for (var rank = 0; rank < _ranks; rank++)
                {
                    if (Array.IndexOf(shape.Ranks, rank) < 0)
                    {
                        Raise(ranks + rank, gate);
                    }
                }

                break;
        }
    }

    /// <summary>Fills the queue with the requests of a state, at a cycle and at the place the port has reached; the engine goes on from there.</summary>
    internal void Requeue(QueueState queue, AgeState ages, PortQueue port, int number, List<(int Slot, long End)> flights, long now)
    {
        EmptyQueues();
        for (var i = 0; i < queue.Words.Length; i++)
        {
            var behind = queue.Words[i] >> 2;
            var local = port.Next - behind;
            var flight = 0;
            while (flights[flight].End <= local)
            {
                flight++;
            }

            var word = _addressing.Decode(local);
            var bank = (int)((uint)(word >> _columnBits) & _bankMask);
            var row = (int)((uint)(word >> _rowStart) & _rowMask);
            var index = Enqueue(now - ages.Ages[i], local, row, bank, false, flights[flight].Slot, number, port.Ordinal - behind);
            _entry[index].Cause = (byte)(queue.Words[i] & 3);
        }

        ClassifyAll();
        _planClass = NoPlan;
        NextArrival = long.MaxValue;
        _portsChanged = true;
        _refused = 0;
        Wake = now;
    }
}
