namespace Accel.Sim.Timing.Stamped;

/// <summary>Groups of bursts that were sent and have not arrived, by the number that memory gave them.</summary>
internal sealed class GroupsUnderWay
{
    /// <summary>By number as a ring, doubled when one under way is in another one's place.</summary>
    private Sent[] _groups = new Sent[64];

    public GroupsUnderWay() => Array.Fill(_groups, new() { Transfer = -1 });

    /// <summary>A group that was sent.</summary>
    public struct Sent
    {
        /// <summary>Memory's number; -1 for none.</summary>
        public int Transfer;

        /// <summary>Who sent it, and the number of its command there.</summary>
        public int Channel;

        /// <inheritdoc cref="Channel"/>
        public long Command;

        /// <summary>For an observer, if there is one.</summary>
        public BurstGroupTiming Timing;
    }

    public int Count { get; private set; }

    /// <summary>A group was sent.</summary>
    /// <returns>Its place, to be filled in.</returns>
    public ref Sent Add(int transfer)
    {
        while (At(transfer).Transfer >= 0)
        {
            Grow();
        }

        ref var sent = ref At(transfer);
        sent.Transfer = transfer;
        Count++;
        return ref sent;
    }

    /// <summary>A group has arrived.</summary>
    /// <returns>Itself, until another is added.</returns>
    public ref readonly Sent Remove(int transfer)
    {
        ref var sent = ref At(transfer);
        sent.Transfer = -1;
        Count--;
        return ref sent;
    }

    private ref Sent At(int transfer) => ref _groups[transfer & (_groups.Length - 1)];

    private void Grow()
    {
        var known = _groups;
        _groups = new Sent[2 * known.Length];
        Array.Fill(_groups, new() { Transfer = -1 });
        foreach (var sent in known)
        {
            if (sent.Transfer >= 0)
            {
                At(sent.Transfer) = sent;
            }
        }
    }
}
