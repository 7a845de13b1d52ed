using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A command of an entry point with all that its time depends on in one place, so that no other object need be touched.</summary>
internal struct TimedCommand
{
    private CommandSizes? _sizes;
    private CommandSizes? _sizesBefore;
    private readonly int _sizeRegister;

    /// <param name="command">The command.</param>
    /// <param name="unit">Number of its unit.</param>
    /// <param name="semaphores">Where its semaphores stand in the code's list.</param>
    public TimedCommand(Command command, int unit, int semaphores)
    {
        (Unit, Operator, Kind) = (unit, command.Operator, TimedKinds.Of(command));
        (Semaphores, Waits, Signals) = (semaphores, (byte)command.Waits.Count, (byte)command.Signals.Count);
        Traffic = command is DmaCommand transfer ? transfer.Traffic : default;
        if (Kind != TimedKind.Synchronize)
        {
            _sizeRegister = SizeRegisters.Of(command);
            _sizes = new(CommandPlaces.Of(command));
            NeedsRegisters = _sizeRegister != SizeRegisters.None || !_sizes.Places.AreConstant;
        }
    }

    /// <summary>Number of its unit.</summary>
    public int Unit { get; }

    public int Operator { get; }

    /// <summary>Where its semaphores stand in the code's list: waits, then signals.</summary>
    public int Semaphores { get; }

    public byte Waits { get; }

    public byte Signals { get; }

    public TimedKind Kind { get; }

    /// <summary>What the bytes of a transfer are counted as.</summary>
    public TrafficClass Traffic { get; }

    /// <summary>Whether its time depends on registers.</summary>
    public bool NeedsRegisters { get; }

    /// <summary>What its sizes come to, once <see cref="Keeps"/> was asked; not of one to synchronise.</summary>
    public readonly CommandSizes Sizes => _sizes!;

    /// <summary>
    /// Whether <see cref="Sizes"/> holds for these registers; if not, the caller must fill it in. The last two are kept: a loop's tiles are
    /// of one size but for the last.
    /// </summary>
    public bool Keeps(ReadOnlySpan<long> registers)
    {
        var value = _sizeRegister >= 0 ? registers[_sizeRegister] : 0;
        var last = Sizes;
        if (last.IsKnown && _sizeRegister != SizeRegisters.Several)
        {
            if (last.Value == value)
            {
                return true;
            }

            (_sizes, _sizesBefore) = (_sizesBefore ?? new(last.Places), last);
            if (_sizes.IsKnown && _sizes.Value == value)
            {
                return true;
            }
        }

        (Sizes.Value, Sizes.IsKnown) = (value, true);
        return false;
    }
}
