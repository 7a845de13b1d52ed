namespace Accel.Sim.Timing.Stamped;

/// <summary>Commands on their way to an observer, who is told of them in the order of their ends, then of their units.</summary>
internal sealed class ObservedOrder(ITimingObserver observer)
{
    private readonly PriorityQueue<CommandTiming, (long End, int Unit, long Order)> _known = new();
    private long _added;

    /// <summary>A command of a unit, behind those of the same unit that end before it.</summary>
    public void Add(in CommandTiming timing, int unit) => _known.Enqueue(timing, (timing.End, unit, _added++));

    /// <summary>Hands out what ends before a cycle: no end before it will become known any more.</summary>
    public void TellUntil(long cycle)
    {
        while (_known.TryPeek(out var timing, out var key) && key.End < cycle)
        {
            _known.Dequeue();
            observer.OnCommand(timing);
        }
    }

    public void Group(in BurstGroupTiming group)
    {
        TellUntil(group.End);
        observer.OnBurstGroup(group);
    }
}
