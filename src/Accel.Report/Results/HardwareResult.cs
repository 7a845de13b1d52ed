namespace Accel.Report.Results;

/// <summary>The machine.</summary>
/// <param name="CoreHertz">Clock of the chip.</param>
/// <param name="MacsPerCycle">Multiply-accumulates of all arrays, at most.</param>
/// <param name="MemoryBytesPerSecond">Peak of the DRAM's pins.</param>
/// <param name="Facts">What else a reader wants to know, in words.</param>
public sealed record HardwareResult(
    string Name, long CoreHertz, long MacsPerCycle, long MemoryBytesPerSecond, long ScratchpadBytes, IReadOnlyList<FactResult> Facts);

/// <summary>A named fact.</summary>
public sealed record FactResult(string Name, string Value);
