namespace Accel.Dram.Controller;

/// <summary>Follows the transfers of one pseudo-channel from first request to last completion. Slots are reused.</summary>
internal sealed class TransferTable
{
    private struct Slot
    {
        public int Transfer;
        public int Outstanding;
        public bool Exhausted;
        public long Last;
    }

    private readonly Stack<int> _free = new();
    private Slot[] _slots = new Slot[16];
    private int _used;

    /// <summary>Transfers that ended here since the list was last emptied, with the cycle of their last completion (-1: no request fell here).</summary>
    public List<(int Transfer, long Cycle)> Finished { get; } = [];

    /// <summary>Transfers whose last request has entered a queue here since the list was last emptied.</summary>
    public List<int> Exhausted { get; } = [];

    /// <summary>The latest completion of all.</summary>
    public long LastCompletion { get; private set; } = -1;

    public int Add(int transfer)
    {
        var slot = _free.Count > 0 ? _free.Pop() : _used++;
        if (slot == _slots.Length)
        {
            Array.Resize(ref _slots, 2 * slot);
        }

        _slots[slot] = new Slot { Transfer = transfer, Last = -1 };
        return slot;
    }

    /// <summary>The number of the transfer in a slot.</summary>
    public int TransferOf(int slot) => _slots[slot].Transfer;

    public void Entered(int slot) => _slots[slot].Outstanding++;

    public void Completed(int slot, long cycle)
    {
        ref var s = ref _slots[slot];
        s.Last = Math.Max(s.Last, cycle);
        LastCompletion = Math.Max(LastCompletion, cycle);
        if (--s.Outstanding == 0 && s.Exhausted)
        {
            Finish(slot);
        }
    }

    public void Exhaust(int slot)
    {
        _slots[slot].Exhausted = true;
        Exhausted.Add(_slots[slot].Transfer);
        if (_slots[slot].Outstanding == 0)
        {
            Finish(slot);
        }
    }

    /// <summary>Requests of a transfer that have entered a queue and not completed.</summary>
    internal int Outstanding(int slot) => _slots[slot].Outstanding;

    /// <summary>Sets what <see cref="Outstanding"/> returns; for an engine put into a remembered state.</summary>
    internal void SetOutstanding(int slot, int count) => _slots[slot].Outstanding = count;

    private void Finish(int slot)
    {
        Finished.Add((_slots[slot].Transfer, _slots[slot].Last));
        _free.Push(slot);
    }
}
