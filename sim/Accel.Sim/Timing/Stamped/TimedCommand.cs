using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A command of an entry point with all that its time depends on in one place.</summary>
internal readonly struct TimedCommand
{
    private readonly CommandPlaces _places;

    /// <param name="command">The command.</param>
    /// <param name="unit">Number of its unit.</param>
    /// <param name="semaphores">Where its semaphores stand in the code's list.</param>
    /// <param name="sizes">Of all commands.</param>
    public TimedCommand(Command command, int unit, int semaphores, SizeTable sizes)
    {
        (Unit, Operator, Kind) = ((ushort)unit, command.Operator, TimedKinds.Of(command));
        (Semaphores, Waits, Signals) = (semaphores, (byte)command.Waits.Count, (byte)command.Signals.Count);
        Traffic = command is DmaCommand transfer ? transfer.Traffic : default;
        if (Kind != TimedKind.Synchronize)
        {
            Sizes = sizes.Of(command);
            _places = new(command);
            NeedsRegisters = !Sizes.AreConstant || !_places.AreConstant;
        }
    }

    /// <summary>Number of its unit.</summary>
    public ushort Unit { get; }

    public TimedKind Kind { get; }

    /// <summary>Whether its time depends on registers.</summary>
    public bool NeedsRegisters { get; }

    public byte Waits { get; }

    public byte Signals { get; }

    /// <summary>Where its semaphores stand in the code's list: waits, then signals.</summary>
    public int Semaphores { get; }

    public int Operator { get; }

    /// <summary>What the bytes of a transfer are counted as.</summary>
    public TrafficClass Traffic { get; }

    /// <summary>Null for one to synchronise.</summary>
    public CommandSizes? Sizes { get; }

    /// <summary>The command with the registers put in.</summary>
    public ResolvedCommand Resolve(CommandSize size, ReadOnlySpan<long> registers) => new(Kind, size, _places.First(registers), _places.Second(registers));
}
