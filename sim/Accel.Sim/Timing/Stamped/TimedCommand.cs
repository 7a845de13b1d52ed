using Accel.Isa.Commands;
using Accel.Isa.Operands;
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
/// come to, kept from issue to issue while they are the same.
/// </summary>
internal sealed class TimedCommand
{
    private readonly int _sizeRegister;
    private long _size;
    private bool _isKnown;

    /// <param name="command">The command.</param>
    /// <param name="instruction">Its index in the entry point.</param>
    /// <param name="unit">Number of its unit.</param>
    /// <param name="code">Holds its semaphores.</param>
    public TimedCommand(Command command, int instruction, int unit, TimedCode code)
    {
        (Command, Instruction, Unit, Operator) = (command, instruction, unit, command.Operator);
        Kind = command switch
        {
            Isa.Commands.Synchronize => TimedKind.Synchronize,
            DmaCommand => TimedKind.Transfer,
            MatMul => TimedKind.Product,
            Drain => TimedKind.ReadOut,
            _ => TimedKind.Vector,
        };
        _sizeRegister = Kind < TimedKind.Product ? SizeRegisters.Several : SizeRegisters.Of(command);
        (Waits, Signals) = (code.Keep(command.Waits), code.Keep(command.Signals));
        (Pad, Sums) = command switch
        {
            MatMul product => (new(product.Activations.Address), new(product.Accumulator)),
            Drain drain => (new Address(drain.Destination.Address), new Address(drain.Accumulator)),
            _ => default,
        };
    }

    public Command Command { get; }

    public int Instruction { get; }

    public int Unit { get; }

    public int Operator { get; }

    public TimedKind Kind { get; }

    /// <summary>Where its semaphores stand in the code's list.</summary>
    public (int At, int Count) Waits { get; }

    /// <inheritdoc cref="Waits"/>
    public (int At, int Count) Signals { get; }

    /// <summary>Where the scratchpad that a product reads begins, or that a read-out writes.</summary>
    public Address Pad { get; }

    /// <summary>Its first sum.</summary>
    public Address Sums { get; }

    /// <summary>Bytes from the first to the last of that scratchpad.</summary>
    public long PadLength { get; set; }

    /// <summary>Words from its first to its last sum.</summary>
    public long SumsLength { get; set; }

    /// <summary>Cycles of a vector command or a read-out.</summary>
    public long Cycles { get; set; }

    /// <summary>A product, and its last way through a pipeline.</summary>
    public PassRecord? Passes { get; set; }

    /// <summary>Whether what is kept holds for these registers; if not, the caller must renew it.</summary>
    public bool Keeps(ReadOnlySpan<long> registers)
    {
        if (_isKnown && (_sizeRegister == SizeRegisters.None || (_sizeRegister >= 0 && registers[_sizeRegister] == _size)))
        {
            return true;
        }

        (_isKnown, _size) = (true, _sizeRegister >= 0 ? registers[_sizeRegister] : 0);
        return false;
    }

    public ArrayFootprints Touched(ReadOnlySpan<long> registers)
    {
        var (pad, sums) = (Pad.Resolve(registers), Sums.Resolve(registers));
        var place = PadLength == 0 ? Footprint.None : new(pad, pad + PadLength);
        var words = SumsLength == 0 ? Footprint.None : new Footprint(sums, sums + SumsLength);
        return Kind == TimedKind.ReadOut ? new(true, Footprint.None, place, words) : new(false, place, Footprint.None, words);
    }
}

/// <summary>An address, at hand if it depends on no more than one register.</summary>
internal readonly struct Address
{
    private readonly long _constant;
    private readonly long _coefficient;
    private readonly int _register;
    private readonly object? _other;

    public Address(Expression expression)
    {
        _constant = expression.Constant;
        if (expression.TermCount == 1)
        {
            (_register, _coefficient) = (expression[0].Register.Index, expression[0].Coefficient);
        }
        else if (!expression.IsConstant)
        {
            _other = expression;
        }
    }

    public long Resolve(ReadOnlySpan<long> registers) =>
        _other is null ? checked(_constant + (_coefficient * registers[_register])) : ((Expression)_other).Resolve(registers);
}
