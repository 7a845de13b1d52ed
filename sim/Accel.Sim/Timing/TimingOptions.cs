namespace Accel.Sim.Timing;

/// <summary>Parts of the machine that take no time, to see what binds without them.</summary>
[Flags]
public enum Idealised
{
    None = 0,

    /// <summary>Requests to memory complete in the cycle after they were made.</summary>
    Memory = 1,

    /// <summary>Products and read-outs take one cycle.</summary>
    Arrays = 2,

    /// <summary>Vector commands take one cycle.</summary>
    VectorUnits = 4,
}

/// <summary>How a program is timed. Skipping changes no number.</summary>
public sealed record TimingOptions
{
    /// <summary>Goes from event to event; otherwise every core cycle is stepped through, and every tick of the memory.</summary>
    public bool Skip { get; init; } = true;

    /// <summary>What takes no time.</summary>
    public Idealised Ideal { get; init; }

    /// <summary>Instructions that one run may take before it counts as endless.</summary>
    public long MaximumSteps { get; init; } = 1_000_000_000;

    /// <summary>Watches; null for nobody.</summary>
    public ITimingObserver? Observer { get; init; }
}
