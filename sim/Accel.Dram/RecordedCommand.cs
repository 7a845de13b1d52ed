using Accel.Dram.Standards;

namespace Accel.Dram;

/// <summary>One command of a command trace.</summary>
/// <param name="Cycle">Tick in which it starts.</param>
/// <param name="Command">Which.</param>
/// <param name="Channel">Channel.</param>
/// <param name="PseudoChannel">Pseudo-channel within the channel.</param>
/// <param name="Rank">Rank (stack height).</param>
/// <param name="BankGroup">Bank group within the rank; 0 for rank-wide commands.</param>
/// <param name="Bank">Bank within the group; 0 for rank-wide commands.</param>
/// <param name="Row">Row, for activates and column commands; else -1.</param>
/// <param name="Column">Burst within the row, for column commands; else -1.</param>
public readonly record struct RecordedCommand(
    long Cycle, Command Command, int Channel, int PseudoChannel, int Rank, int BankGroup, int Bank, int Row, int Column);
