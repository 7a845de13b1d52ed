namespace Accel.Sim.Timing;

/// <summary>
/// Two clocks that start together. An edge of one is seen at the first edge of the other that is not earlier: exact, in whole numbers.
/// </summary>
internal readonly struct ClockCrossing
{
    private readonly long _core;
    private readonly long _memory;

    /// <param name="coreHertz">The chip's clock.</param>
    /// <param name="memoryHertz">The memory's tick.</param>
    public ClockCrossing(long coreHertz, long memoryHertz)
    {
        var (a, b) = (coreHertz, memoryHertz);
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        (_core, _memory) = (coreHertz / a, memoryHertz / a);
    }

    /// <summary>The first tick that is not before a core cycle's start.</summary>
    public long TickAtOrAfter(long cycle) => (long)(((UInt128)cycle * (ulong)_memory + (ulong)_core - 1) / (ulong)_core);

    /// <summary>The last tick that is not after a core cycle's start.</summary>
    public long TickAtOrBefore(long cycle) => cycle >= long.MaxValue / 64 ? long.MaxValue / 64 : (long)((UInt128)cycle * (ulong)_memory / (ulong)_core);

    /// <summary>The first core cycle that does not start before a tick.</summary>
    public long CycleAtOrAfter(long tick) => (long)(((UInt128)tick * (ulong)_core + (ulong)_memory - 1) / (ulong)_memory);
}
