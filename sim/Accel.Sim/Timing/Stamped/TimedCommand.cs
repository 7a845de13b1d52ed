using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>What a command is to its unit.</summary>
internal enum TimedKind : byte
{
    Synchronize,
    Transfer,
    Product,
    ReadOut,
    Vector,
}

/// <summary>
/// A command of an entry point with all that its time depends on in one place, so that no other object need be touched; and what its sizes
/// come to, kept from issue to issue for the last two of them: a loop's tiles are of one size but for the last.
/// </summary>
internal sealed class TimedCommand
{
    private readonly int _sizeRegister;
    private CommandSizes? _sizes;
    private CommandSizes? _sizesBefore;
    private readonly Address _first;
    private readonly Address _second;

    /// <param name="command">The command.</param>
    /// <param name="instruction">Its index in the entry point.</param>
    /// <param name="unit">Who executes it.</param>
    /// <param name="semaphores">Where its semaphores stand in the code's list: waits, then signals.</param>
    public TimedCommand(Command command, int instruction, StampedUnit unit, int semaphores)
    {
        (Command, Instruction, Unit, Operator) = (command, instruction, unit, command.Operator);
        (Semaphores, Waits, Signals) = (semaphores, command.Waits.Count, command.Signals.Count);
        Kind = command switch
        {
            Isa.Commands.Synchronize => TimedKind.Synchronize,
            DmaCommand => TimedKind.Transfer,
            MatMul => TimedKind.Product,
            Drain => TimedKind.ReadOut,
            _ => TimedKind.Vector,
        };
        _sizeRegister = SizeRegisters.Of(command);
        (_first, _second) = command switch
        {
            Load load => (new(load.Dram), new(load.Scratchpad)),
            DmaCommand transfer => (new(TransferShape.AddressOf(transfer)), default),
            MatMul product => (new(product.Activations.Address), new(product.Accumulator)),
            Drain drain => (new(drain.Destination.Address), new(drain.Accumulator)),
            _ => default((Address, Address)),
        };
    }

    public Command Command { get; }

    public StampedUnit Unit { get; }

    public int Instruction { get; }

    public int Operator { get; }

    public TimedKind Kind { get; }

    /// <summary>Where its semaphores stand in the code's list: waits, then signals.</summary>
    public int Semaphores { get; }

    public int Waits { get; }

    public int Signals { get; }

    /// <summary>What its sizes come to, once <see cref="Keeps"/> was asked.</summary>
    public CommandSizes Sizes => _sizes!;

    /// <summary>Whether <see cref="Sizes"/> holds for these registers; if not, the caller must fill it in.</summary>
    public bool Keeps(ReadOnlySpan<long> registers)
    {
        var value = _sizeRegister >= 0 ? registers[_sizeRegister] : 0;
        if (_sizes is { } known)
        {
            if (_sizeRegister == SizeRegisters.Several)
            {
                return false;
            }

            if (known.Value == value)
            {
                return true;
            }

            (_sizes, _sizesBefore) = (_sizesBefore, known);
            if (_sizes?.Value == value)
            {
                return true;
            }
        }

        _sizes ??= new(value);
        _sizes.Value = value;
        return false;
    }

    /// <summary>Address in memory of a transfer.</summary>
    public long DramAddress(ReadOnlySpan<long> registers) => _first.Resolve(registers);

    /// <summary>Scratchpad that a load writes.</summary>
    public Footprint Loaded(ReadOnlySpan<long> registers) => From(_second.Resolve(registers), Sizes.PadLength);

    /// <summary>What a product or a read-out touches.</summary>
    public ArrayFootprints Touched(ReadOnlySpan<long> registers) =>
        new(Kind == TimedKind.ReadOut, From(_first.Resolve(registers), Sizes.PadLength), From(_second.Resolve(registers), Sizes.SumsLength));

    private static Footprint From(long start, long length) => length == 0 ? Footprint.None : new(start, start + length);
}
