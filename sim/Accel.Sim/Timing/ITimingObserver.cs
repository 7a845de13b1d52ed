using Accel.Isa.Commands;

namespace Accel.Sim.Timing;

/// <summary>When a command was executed, in core cycles.</summary>
/// <param name="Run">Index of the workload's run.</param>
/// <param name="Unit">Who executed it.</param>
/// <param name="Instruction">Its index in the entry point.</param>
/// <param name="Command">What.</param>
/// <param name="Issued">Cycle in which the sequencer put it into the unit's queue.</param>
/// <param name="Start">First cycle of execution.</param>
/// <param name="End">First cycle in which it is done and its signals are given.</param>
public readonly record struct CommandTiming(int Run, UnitId Unit, int Instruction, Command Command, long Issued, long Start, long End);

/// <summary>A group of bursts of one DMA channel, in core cycles.</summary>
/// <param name="Channel">DMA channel.</param>
/// <param name="Bytes">Bytes of the command that it moves.</param>
/// <param name="Bursts">Bursts that are outstanding for it.</param>
/// <param name="IsWrite">To memory.</param>
/// <param name="Start">Cycle in which it was sent.</param>
/// <param name="End">First cycle in which its last burst has arrived.</param>
public readonly record struct BurstGroupTiming(int Channel, long Bytes, long Bursts, bool IsWrite, long Start, long End);

/// <summary>Watches time pass. Commands come in the order of their ends, then of their units; groups likewise.</summary>
public interface ITimingObserver
{
    /// <summary>Whether commands and groups matter to it, or runs alone, which spares putting them in order.</summary>
    bool WantsCommands => true;

    /// <summary>A run of the workload starts.</summary>
    void OnRun(int run, long start)
    {
    }

    /// <summary>A command is done.</summary>
    void OnCommand(in CommandTiming timing)
    {
    }

    /// <summary>A group of bursts is done.</summary>
    void OnBurstGroup(in BurstGroupTiming timing)
    {
    }
}
