using System.Runtime.CompilerServices;
namespace Accel.Dram.Controller;

/// <summary>Follows the transfers of one pseudo-channel from first request to last completion. Slots are reused.</summary>
internal sealed class TransferTable
{
    private struct Slot
    {
        public int Transfer;
        /// <summary>Requests queued, plus <see cref="StillOpen"/> until the last request has entered.</summary>
        public long Outstanding;
        public long Last;

        /// <summary>Its end was reported before the cycle in which it is reached.</summary>
        public bool Foretold;
    }

    private const long StillOpen = 1L << 40;

    private readonly Stack<int> _free = new();
    private Slot[] _slots = new Slot[16];
    private int _used;
    private int _foretold;
    private long _lastFinished = -1;
    private int _watched = -1;
    private long _lastBefore;

    /// <summary>Transfers that ended here since the list was last emptied, with the cycle of their last completion (-1: no request fell here).</summary>
    public List<(int Transfer, long Cycle)> Finished { get; } = [];

    /// <summary>Transfers whose last request has entered a queue here since the list was last emptied.</summary>
    public List<int> Exhausted { get; } = [];

    /// <summary>Transfers with requests that have not completed.</summary>
    public int UnderWay => _used - _free.Count - _foretold;

    /// <summary>The latest completion of all.</summary>
    public long LastCompletion
    {
        get
        {
            var last = _lastFinished;
            for (var i = 0; i < _used; i++)
            {
                last = Math.Max(last, _slots[i].Last);
            }

            return last;
        }
    }

    /// <summary>Takes on the transfers of another table, slot by slot.</summary>
    public void CopyFrom(TransferTable other)
    {
        if (_slots.Length != other._slots.Length)
        {
            _slots = new Slot[other._slots.Length];
        }

        other._slots.CopyTo(_slots, 0);
        Finished.Clear();
        Exhausted.Clear();
        _free.Clear();
        foreach (var slot in other._free.Reverse())
        {
            _free.Push(slot);
        }

        (_used, _foretold, _lastFinished) = (other._used, other._foretold, other._lastFinished);
    }

    /// <summary>Whether the same transfers are under way, with as many requests in the queues and the same last completion so far.</summary>
    public bool IsSameAs(TransferTable other)
    {
        if (UnderWay != other.UnderWay || Finished.Count + other.Finished.Count + Exhausted.Count + other.Exhausted.Count > 0)
        {
            return false;
        }

        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Outstanding != 0 && !other.Holds(_slots[i]))
            {
                return false;
            }
        }

        return true;
    }

    public int Add(int transfer)
    {
        var slot = _free.Count > 0 ? _free.Pop() : _used++;
        if (slot == _slots.Length)
        {
            Array.Resize(ref _slots, 2 * slot);
        }

        _slots[slot] = new Slot { Transfer = transfer, Outstanding = StillOpen, Last = -1 };
        return slot;
    }

    /// <summary>The number of the transfer in a slot.</summary>
    public int TransferOf(int slot) => _slots[slot].Transfer;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Entered(int slot) => _slots[slot].Outstanding++;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Completed(int slot, long cycle)
    {
        ref var s = ref _slots[slot];
        s.Last = Math.Max(s.Last, cycle);
        if (--s.Outstanding == 0)
        {
            Finish(slot);
        }
    }

    public void Exhaust(int slot)
    {
        _slots[slot].Outstanding -= StillOpen;
        if (!_slots[slot].Foretold)
        {
            Exhausted.Add(_slots[slot].Transfer);
        }

        if (_slots[slot].Outstanding == 0)
        {
            Finish(slot);
        }
    }

    /// <summary>Requests of a transfer that have entered a queue and not completed.</summary>
    internal int Outstanding(int slot) => (int)(_slots[slot].Outstanding & (StillOpen - 1));

    /// <summary>Sets what <see cref="Outstanding"/> returns; for an engine put into a remembered state.</summary>
    internal void SetOutstanding(int slot, int count) => _slots[slot].Outstanding = StillOpen + count;

    /// <summary>Forgets a transfer's last completion for a while, so that those of a stretch of time can be told from earlier ones.</summary>
    internal void WatchLast(int slot)
    {
        _watched = slot;
        _lastBefore = slot < 0 ? -1 : _slots[slot].Last;
        if (slot >= 0)
        {
            _slots[slot].Last = -1;
        }
    }

    /// <summary>The last completion since <see cref="WatchLast"/>; -1 for none.</summary>
    internal long WatchedLast()
    {
        if (_watched < 0)
        {
            return -1;
        }

        var last = _slots[_watched].Last;
        _slots[_watched].Last = Math.Max(last, _lastBefore);
        return last;
    }

    /// <summary>Notes a completion that was not simulated.</summary>
    internal void NoteCompletion(int slot, long cycle) => _slots[slot].Last = Math.Max(_slots[slot].Last, cycle);

    /// <summary>Reports the end of a transfer that is known but not reached yet; it is not reported again.</summary>
    internal void Foretell(int slot, long last)
    {
        if (_slots[slot].Outstanding >= StillOpen)
        {
            Exhausted.Add(_slots[slot].Transfer);
        }

        _slots[slot].Foretold = true;
        _foretold++;
        Finished.Add((_slots[slot].Transfer, Math.Max(_slots[slot].Last, last)));
    }

    /// <summary>Several requests of a transfer have entered a queue.</summary>
    internal void Entered(int slot, int count) => _slots[slot].Outstanding += count;

    /// <summary>Several requests of a transfer have completed, the last of them in a cycle.</summary>
    internal void Completed(int slot, int count, long last)
    {
        ref var s = ref _slots[slot];
        s.Last = Math.Max(s.Last, last);
        s.Outstanding -= count;
        if (s.Outstanding == 0)
        {
            Finish(slot);
        }
    }

    private bool Holds(in Slot slot)
    {
        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Outstanding == slot.Outstanding && _slots[i].Transfer == slot.Transfer && _slots[i].Last == slot.Last)
            {
                return true;
            }
        }

        return false;
    }

    private void Finish(int slot)
    {
        _lastFinished = Math.Max(_lastFinished, _slots[slot].Last);
        if (!_slots[slot].Foretold)
        {
            Finished.Add((_slots[slot].Transfer, _slots[slot].Last));
        }
        else
        {
            _foretold--;
        }

        _free.Push(slot);
    }
}
