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

    /// <summary>Core cycles from one edge of both to the next.</summary>
    public long Period => _core;

    /// <summary>The first tick that is not before a core cycle's start.</summary>
    public long TickAtOrAfter(long cycle) => Scaled(cycle, _memory, _core, _core - 1);

    /// <summary>The last tick that is not after a core cycle's start.</summary>
    public long TickAtOrBefore(long cycle) => cycle >= long.MaxValue / 64 ? long.MaxValue / 64 : Scaled(cycle, _memory, _core, 0);

    /// <summary>The first core cycle that does not start before a tick.</summary>
    public long CycleAtOrAfter(long tick) => Scaled(tick, _core, _memory, _memory - 1);

    /// <summary><c>(number * factor + addend) / divisor</c>, none of them negative.</summary>
    private static long Scaled(long number, long factor, long divisor, long addend)
    {
        var high = Math.BigMul(number, factor, out var low);
        return high == 0 && low >= 0 && low <= long.MaxValue - addend ? (low + addend) / divisor : Wide(number, factor, divisor, addend);
    }

    private static long Wide(long number, long factor, long divisor, long addend) =>
        (long)((((UInt128)number * (ulong)factor) + (ulong)addend) / (ulong)divisor);
}
