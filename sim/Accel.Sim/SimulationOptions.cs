namespace Accel.Sim;

/// <summary>How a program is run. None of it changes a value.</summary>
public sealed record SimulationOptions
{
    /// <summary>Proves that every byte that is read was written, and that units which share bytes are ordered. Costs time.</summary>
    public bool CheckHazards { get; init; } = true;

    /// <summary>Instructions that one run may take before it counts as endless.</summary>
    public long MaximumSteps { get; init; } = 1_000_000_000;
}
