using Accel.Isa.Commands;
using Accel.Sim.Kernel;

namespace Accel.Sim.Timing;

/// <summary>Where the cycles of one unit went.</summary>
internal sealed class CycleLedger
{
    private readonly long[] _stalled = new long[Enum.GetValues<StallCause>().Length];
    private long _busy;
    private long _idle;
    private long _waiting;
    private int _semaphore = -1;

    public long Commands { get; set; }

    public void Busy(long cycles) => _busy += cycles;

    public void Idle(long cycles) => _idle += cycles;

    public void Stalled(StallCause cause, long cycles) => _stalled[(int)cause] += cycles;

    /// <summary>Cycles before a command whose semaphores cannot be taken; whose doing it is, is known when it is given.</summary>
    /// <param name="semaphore">The first that is missing.</param>
    /// <param name="cycles">How long.</param>
    public void Waiting(int semaphore, long cycles) => (_semaphore, _waiting) = (semaphore, _waiting + cycles);

    /// <summary>The waits were taken: the cycles count for the giver of the one that was missing last.</summary>
    public void Resolve(SemaphoreFile semaphores, UnitId[] units)
    {
        if (_waiting > 0)
        {
            var giver = semaphores.GiverOf(_semaphore);
            Stalled(giver < 0 ? StallCause.Fence : (StallCause)units[giver].Kind, _waiting);
            _waiting = 0;
        }
    }

    public UnitTiming Report(string name) => new(name, _busy, [.. _stalled], _idle, Commands);
}
