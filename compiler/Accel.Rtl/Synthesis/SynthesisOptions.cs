namespace Accel.Rtl.Synthesis;

/// <summary>How a design is mapped.</summary>
public sealed record SynthesisOptions
{
    /// <summary>Tools at once.</summary>
    public int Jobs { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>For one module.</summary>
    public TimeSpan ModuleLimit { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Tables with more bits are not mapped but estimated from those that were.</summary>
    public long LargestTableBits { get; init; } = 1 << 20;

    /// <summary>Whether the longest path is searched.</summary>
    public bool HasTiming { get; init; } = true;
}
