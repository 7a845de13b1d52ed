namespace Accel.Dram.Replay;

/// <summary>A transfer that was sent to a memory, or its completion that was handed out.</summary>
/// <param name="Cycle">Since the last restart.</param>
/// <param name="Number">The port of what was sent, the transfer of what completed.</param>
/// <param name="IsSent">Sent; else completed.</param>
internal readonly record struct MemoryEvent(long Cycle, int Number, bool IsSent);
