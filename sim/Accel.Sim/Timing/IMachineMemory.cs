using Accel.Dram.Reports;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing;

/// <summary>Memory as the DMA channels see it, in core cycles.</summary>
internal interface IMachineMemory
{
    /// <summary>Sends requests in a cycle.</summary>
    /// <returns>A number by which their arrival is reported: counted from 0.</returns>
    int Send(in BurstGroup group, int port, long cycle);

    /// <summary>The next arrival, in order of cycle, if there is one no later than a cycle; time is taken no further than needed for that.</summary>
    (int Transfer, long Cycle)? NextArrival(long latest);

    /// <summary>A run has ended in a cycle, all of its requests have arrived, and another follows: makes memory ready for it.</summary>
    /// <returns>The cycle in which it may begin.</returns>
    long EndRun(long cycle);

    /// <summary>Lets all end; null where memory takes no time.</summary>
    DramReport? Finish();
}

/// <summary>Requests arrive a cycle after they were sent.</summary>
internal sealed class IdealMemory : IMachineMemory
{
    private readonly Queue<(int Transfer, long Cycle)> _sent = new();
    private int _count;

    public int Send(in BurstGroup group, int port, long cycle)
    {
        _sent.Enqueue((_count, cycle + 1));
        return _count++;
    }

    public (int Transfer, long Cycle)? NextArrival(long latest) =>
        _sent.TryPeek(out var next) && next.Cycle <= latest ? _sent.Dequeue() : null;

    public long EndRun(long cycle) => cycle;

    public DramReport? Finish() => null;
}
