using Accel.Isa.Commands;
using Accel.Sim.Kernel;

namespace Accel.Sim.Timing.Units;

/// <summary>A command that a unit executes.</summary>
internal sealed class Flight
{
    public required Command Command { get; init; }

    public required int Instruction { get; init; }

    /// <summary>Number in the order of issue.</summary>
    public required long Order { get; init; }

    public required long Issued { get; init; }

    public required long Start { get; init; }

    /// <summary>First cycle in which its own work is done; <see cref="TimedUnit.Never"/> until the memory has answered.</summary>
    public long WorkEnd { get; set; }

    /// <summary>The unit's clock at the start, for the proof of order; null without it.</summary>
    public long[]? Clock { get; set; }

    /// <summary>Scratchpad that a load writes.</summary>
    public Footprint Writes { get; set; }

    /// <summary>What a product or a read-out touches.</summary>
    public ArrayFootprints Touched { get; set; }

    /// <summary>Groups of bursts that were sent and have not arrived.</summary>
    public int GroupsUnderWay { get; set; }
}

/// <summary>
/// A unit with its queue. Commands start in order, at most one in a cycle; several may be under way; they end in order, so that a signal
/// says that everything before it is done.
/// </summary>
internal abstract class TimedUnit(UnitId id, int depth)
{
    /// <summary>No cycle that is known: another unit or the memory decides.</summary>
    public const long Never = SemaphoreFile.Never;

    public UnitId Id { get; } = id;

    public CommandQueue Queue { get; } = new(depth);

    /// <summary>Under way, oldest first.</summary>
    public Queue<Flight> Flights { get; } = new();

    /// <summary>The cycle in which the oldest command under way ends; <see cref="Never"/> if that is not known.</summary>
    public long NextEnd => Flights.TryPeek(out var oldest) ? oldest.WorkEnd : Never;

    /// <summary>The cycle in which the unit could take a command if its semaphores allow: any up to the present one means now.</summary>
    public abstract long EarliestStart(Command command, ReadOnlySpan<long> registers);

    /// <summary>Takes a command and fills in its flight.</summary>
    public abstract void Start(Flight flight, ReadOnlySpan<long> registers);
}
