namespace Accel.Sim.Timing.Stamped;

/// <summary>A command whose start is known.</summary>
/// <param name="Command">What.</param>
/// <param name="Order">Number in the order of issue.</param>
/// <param name="Issued">Cycle of issue.</param>
/// <param name="Ready">Cycle in which the last of its semaphores was given; 0 without any.</param>
/// <param name="Cause">Whose doing it was, if it waited for that one.</param>
/// <param name="Start">First cycle of execution.</param>
/// <param name="Clock">The unit's clock at the start, for the proof of order; null without it.</param>
internal readonly record struct StampedCommand(
    TimedCommand Command, long Order, long Issued, long Ready, StallCause Cause, long Start, long[]? Clock);
