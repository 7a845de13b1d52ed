namespace Accel.Sim.Timing.Stamped;

/// <summary>A command whose start is known.</summary>
/// <param name="Instruction">Its index in the entry point.</param>
/// <param name="Span">Number of its span of one operator's commands.</param>
/// <param name="Issued">Cycle of issue.</param>
/// <param name="Ready">Cycle in which the last of its semaphores was given; 0 without any.</param>
/// <param name="Cause">Whose doing it was, if it waited for that one.</param>
/// <param name="Start">First cycle of execution.</param>
internal readonly record struct StampedCommand(int Instruction, int Span, long Issued, long Ready, StallCause Cause, long Start);
