namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// A command of an entry point with all that its time depends on. What a model's layers repeat is referred to by number, so that all commands
/// of a large program together stay in the processor's caches.
/// </summary>
/// <param name="Kind">What it is to its unit.</param>
/// <param name="NeedsRegisters">Whether its time depends on registers.</param>
/// <param name="Unit">Number of its unit.</param>
/// <param name="Operator">The model's operator that it serves.</param>
/// <param name="Semaphores">Number of its waits and signals; 0 for none.</param>
/// <param name="Sizes">Number of its sizes; none of one to synchronise.</param>
/// <param name="Places">Number of its addresses.</param>
internal readonly record struct TimedCommand(TimedKind Kind, bool NeedsRegisters, ushort Unit, int Operator, int Semaphores, int Sizes, int Places);
