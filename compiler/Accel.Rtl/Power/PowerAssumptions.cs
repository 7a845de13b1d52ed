namespace Accel.Rtl.Power;

/// <summary>What an estimate before placement cannot know, and takes instead.</summary>
public sealed record PowerAssumptions
{
    /// <summary>Time between clock edges; leakage lasts as long.</summary>
    public double ClockHertz { get; init; } = 50e6;

    /// <summary>Time in which inputs of cells change: the axis of the library's energy tables.</summary>
    public double TransitionSeconds { get; init; } = 0.1e-9;

    /// <summary>Of a wire to one input: three to four pitches of cells of the process in <c>sky130</c>, at 0.2 fF a micrometre. Chosen, not measured.</summary>
    public double WireFaradsPerSink { get; init; } = 3e-15;

    /// <summary>Each as a line of a report.</summary>
    public IReadOnlyList<string> Lines() =>
    [
        $"clock {ClockHertz / 1e6:0.##} MHz for leakage; the clock's own wires and buffers are not in it, its pins are",
        $"wires {WireFaradsPerSink * 1e15:0.##} fF to each input, transitions {TransitionSeconds * 1e9:0.##} ns: chosen, as nothing is placed",
        "tables of weights: their gates simulated while the address counts through them, as far as the run's address did",
        "nets of other modules change as often as the signals of their text do on average, registers by themselves; glitches are not in it",
        "memory macros are not in it",
    ];
}
