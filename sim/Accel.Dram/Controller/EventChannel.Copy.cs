using System.Runtime.CompilerServices;

namespace Accel.Dram.Controller;

/// <summary>A second channel in the same state, and whether two channels have the same future.</summary>
internal sealed partial class EventChannel
{
    public override void CopyFrom(Channel channel)
    {
        var other = (EventChannel)channel;
        for (var i = 0; i < PseudoChannels.Length; i++)
        {
            other.PseudoChannels[i].CountActiveUntil(other.Now);
            Inputs[i].CopyFrom(other.Inputs[i]);
            PseudoChannels[i].CopyFrom(other.PseudoChannels[i]);
        }

        for (var i = 0; i < Buses.Length; i++)
        {
            (Buses[i].Taken, Buses[i].Base, Buses[i].Clear) = (other.Buses[i].Taken, other.Buses[i].Base, other.Buses[i].Clear);
        }

        (Now, LastServed, _turnCycle, _turn) = (other.Now, other.LastServed, other._turnCycle, other._turn);
    }

    /// <summary>Whether two channels that stand at the same cycle do the same from here on, given the same requests.</summary>
    public override bool HasFutureOf(Channel channel)
    {
        var other = (EventChannel)channel;
        if (Now != other.Now || LastServed != other.LastServed)
        {
            return false;
        }

        for (var i = 0; i < PseudoChannels.Length; i++)
        {
            if (!PseudoChannels[i].LooksLike(other.PseudoChannels[i]))
            {
                return false;
            }
        }

        for (var i = 0; i < PseudoChannels.Length; i++)
        {
            if (!Inputs[i].IsSameAs(other.Inputs[i]) || !PseudoChannels[i].HasFutureOf(other.PseudoChannels[i], Now))
            {
                return false;
            }
        }

        for (var i = 0; i < Buses.Length; i++)
        {
            if (Buses[i].Ahead(Now) != other.Buses[i].Ahead(Now))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether rows, gates and refreshes of two channels look the same from a cycle on.</summary>
    internal bool HasDevicesOf(EventChannel other, long cycle)
    {
        for (var i = 0; i < PseudoChannels.Length; i++)
        {
            if (!PseudoChannels[i].HasDeviceOf(other.PseudoChannels[i], cycle))
            {
                return false;
            }
        }

        return true;
    }

    public override void ResetCounters()
    {
        foreach (var pseudoChannel in PseudoChannels)
        {
            pseudoChannel.Counters.Clear();
        }
    }
}

internal sealed unsafe partial class EventPseudoChannel
{
    internal void CopyFrom(EventPseudoChannel other)
    {
        other.OpenRow.CopyTo(OpenRow, 0);
        other.Served.CopyTo(Served, 0);
        other.BankGates.CopyTo(BankGates, 0);
        other.RankGates.CopyTo(RankGates, 0);
        other.Rings.CopyTo(Rings, 0);
        other.RingHead.CopyTo(RingHead, 0);
        other.OpenBanks.CopyTo(OpenBanks, 0);
        other.ActiveSince.CopyTo(ActiveSince, 0);
        other.Owed.CopyTo(Owed, 0);
        other.Flushing.CopyTo(Flushing, 0);
        other.Due.CopyTo(Due, 0);
        other.RefreshBank.CopyTo(RefreshBank, 0);
        (_owedRanks, _nextDue) = (other._owedRanks, other._nextDue);
        other._entries.CopyTo(_entries, 0);
        other._lists.CopyTo(_lists, 0);
        other._free.CopyTo(_free, 0);
        other._writeFilter.CopyTo(_writeFilter, 0);
        (_freeCount, _queuedReads, _queuedWrites, _sequence, Writing) =
            (other._freeCount, other._queuedReads, other._queuedWrites, other._sequence, other.Writing);
        _onlyPort = Input.Ports.Count == 1 ? Input.Ports[0] : null;
        // Ports are looked at anew, and there may be fewer than this had.
        (_portsChanged, _arrivedReads, _arrivedWrites, _refused) = (true, 0, 0, 0);
        other._banksOfAges.CopyTo(_banksOfAges, 0);
        _oldestHit = other._oldestHit;
        other._columnKeys.CopyTo(_columnKeys, 0);
        other._activateKeys.CopyTo(_activateKeys, 0);
        other._prechargeKeys.CopyTo(_prechargeKeys, 0);
        (_hitBanks, _closedBanks, _conflictBanks) = (other._hitBanks, other._closedBanks, other._conflictBanks);
        (_activateBound, _prechargeBound) = (other._activateBound, other._prechargeBound);
        (_planCycle, _planClass, _planBank) = (other._planCycle, other._planClass, other._planBank);
        (Wake, NextArrival, LastBegun) = (other.Wake, other.NextArrival, other.LastBegun);
    }

    /// <summary>The cheap part of <see cref="HasFutureOf"/>.</summary>
    internal bool LooksLike(EventPseudoChannel other) =>
        _queuedReads == other._queuedReads && _queuedWrites == other._queuedWrites && Writing == other.Writing && _owedRanks == other._owedRanks
        && _nextDue == other._nextDue && Input.FirstPort == other.Input.FirstPort;

    internal bool HasFutureOf(EventPseudoChannel other, long now) => HasDeviceOf(other, now) && SameQueue(other, 0) && SameQueue(other, _banks);

    /// <summary>Whether rows, gates and refreshes look the same from a cycle on.</summary>
    internal bool HasDeviceOf(EventPseudoChannel other, long now)
    {
        if (!OpenRow.AsSpan().SequenceEqual(other.OpenRow) || !Owed.AsSpan().SequenceEqual(other.Owed) || !Flushing.AsSpan().SequenceEqual(other.Flushing)
            || !Due.AsSpan().SequenceEqual(other.Due) || !RefreshBank.AsSpan().SequenceEqual(other.RefreshBank)
            || !SameGates(BankGates, other.BankGates, now) || !SameGates(RankGates, other.RankGates, now))
        {
            return false;
        }

        for (var bank = 0; bank < _banks; bank++)
        {
            if (OpenRow[bank] >= 0 && Math.Min(Served[bank], _cap) != Math.Min(other.Served[bank], _cap))
            {
                return false;
            }
        }

        foreach (var window in _table.Rings)
        {
            for (var i = 0; i < window.Length; i++)
            {
                var mine = Rings[window.Ring + ((RingHead[window.Ring] + i) % window.Length)];
                var its = other.Rings[window.Ring + ((other.RingHead[window.Ring] + i) % window.Length)];
                if (Wait(mine + window.Delay, now) != Wait(its + window.Delay, now))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool SameGates(long[] mine, long[] its, long now)
    {
        for (var i = 0; i < mine.Length; i++)
        {
            if (mine[i] != its[i] && Math.Max(mine[i], now) != Math.Max(its[i], now))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Same requests in the same order of age, over all banks of a direction.</summary>
    private bool SameQueue(EventPseudoChannel other, int firstList)
    {
        Span<short> mine = stackalloc short[_entries.Length];
        Span<short> its = stackalloc short[_entries.Length];
        var count = ByAge(firstList, mine);
        if (count != other.ByAge(firstList, its))
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            var a = _entry + mine[i];
            var b = other._entry + its[i];
            if (a->Local != b->Local || a->Entered != b->Entered || a->Port != b->Port || a->Cause != b->Cause
                || _transfers.TransferOf(a->Slot) != other._transfers.TransferOf(b->Slot))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The entries of a direction, oldest first.</summary>
    [SkipLocalsInit]
    private int ByAge(int firstList, Span<short> byAge)
    {
        const int most = 256;
        var oldest = _sequence;
        for (var list = firstList; list < firstList + _banks; list++)
        {
            oldest = _head[list] >= 0 ? Math.Min(oldest, _entry[_head[list]].Sequence) : oldest;
        }

        // Ages are dense as a rule: each entry has a place of its own.
        Span<short> places = stackalloc short[most];
        places.Fill(-1);
        var count = 0;
        for (var list = firstList; list < firstList + _banks; list++)
        {
            for (var index = _head[list]; index >= 0; index = _entry[index].Next, count++)
            {
                var place = _entry[index].Sequence - oldest;
                if (place >= most)
                {
                    return ByAgeFarApart(firstList, byAge);
                }

                places[(int)place] = index;
            }
        }

        for (var (place, at) = (0, 0); at < count; place++)
        {
            if (places[place] >= 0)
            {
                byAge[at++] = places[place];
            }
        }

        return count;
    }

    private int ByAgeFarApart(int firstList, Span<short> byAge)
    {
        var count = 0;
        for (var list = firstList; list < firstList + _banks; list++)
        {
            for (var index = _head[list]; index >= 0; index = _entry[index].Next)
            {
                var at = count++;
                for (; at > 0 && _entry[byAge[at - 1]].Sequence > _entry[index].Sequence; at--)
                {
                    byAge[at] = byAge[at - 1];
                }

                byAge[at] = index;
            }
        }

        return count;
    }
}
