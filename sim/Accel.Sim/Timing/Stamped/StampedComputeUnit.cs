using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A unit whose commands' ends are known once their starts are.</summary>
internal abstract class StampedComputeUnit(UnitId id, int number) : StampedUnit(id, number)
{
    /// <summary>The first cycle, from a given one on, in which the unit can take a command; one to synchronise is taken at once.</summary>
    public abstract long EarliestStart(in ResolvedCommand command, long from);

    /// <summary>Takes the command that <see cref="EarliestStart"/> was last asked about.</summary>
    /// <returns>The cycle in which its own work is done.</returns>
    public abstract long Begin(in ResolvedCommand command, long start);
}
