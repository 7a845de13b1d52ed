using Accel.Dram.Reports;
using Accel.Sim.Timing;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Tests.Timing;

/// <summary>A memory that is ready for the next run some cycles after it would be by itself: none, or up to a limit.</summary>
internal sealed class RestingMemory(IMachineMemory memory, int seed, int mostCycles) : IMachineMemory
{
    private readonly Random _random = new(seed);

    /// <summary>Cycles in which runs ended, and in which the next may begin.</summary>
    public List<(long End, long Next)> Rests { get; } = [];

    public int Send(in BurstGroup group, int port, long cycle) => memory.Send(group, port, cycle);

    public (int Transfer, long Cycle)? NextArrival(long latest) => memory.NextArrival(latest);

    public long EndRun(long cycle)
    {
        var next = memory.EndRun(cycle) + (_random.Next(3) == 0 ? 0 : _random.Next(mostCycles));
        Rests.Add((cycle, next));
        return next;
    }

    public DramReport? Finish() => memory.Finish();
}
