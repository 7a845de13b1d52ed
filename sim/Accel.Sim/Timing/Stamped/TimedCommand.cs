using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A command of an entry point with what its sizes come to, kept from issue to issue while they are the same.</summary>
/// <param name="command">The command.</param>
/// <param name="instruction">Its index in the entry point.</param>
/// <param name="unit">Number of its unit.</param>
internal sealed class TimedCommand(Command command, int instruction, int unit)
{
    private readonly int _sizeRegister = command is DmaCommand or Synchronize ? SizeRegisters.Several : SizeRegisters.Of(command);
    private bool _isKnown;
    private long _size;

    public Command Command { get; } = command;

    public int Instruction { get; } = instruction;

    public int Unit { get; } = unit;

    public int Operator { get; } = command.Operator;

    public bool IsSynchronize { get; } = command is Synchronize;

    /// <summary>Cycles of a vector command or a read-out.</summary>
    public long Cycles { get; set; }

    /// <summary>What else an array must know; null on other units.</summary>
    public ArrayWork? Array { get; } = command is ArrayCommand ? new() : null;

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
}

/// <summary>A product or a read-out.</summary>
internal sealed class ArrayWork
{
    /// <summary>A product's sizes.</summary>
    public ProductShape Shape { get; set; }

    /// <summary>What is touched, as if it began at address 0 of the scratchpad and of the accumulators.</summary>
    public ArrayFootprints Touched { get; set; }

    /// <summary>The last way of the product through a pipeline.</summary>
    public PassRecord Passes { get; } = new();
}

/// <summary>An entry point as the machine times it; commands are looked at when they are first issued.</summary>
internal sealed class TimedCode(EntryPoint entry, Func<UnitId, int> numberOf)
{
    private readonly TimedCommand?[] _commands = new TimedCommand?[entry.Instructions.Count];

    public EntryPoint Entry { get; } = entry;

    public TimedCommand At(int instruction) =>
        _commands[instruction] ??= new((Command)Entry.Instructions[instruction], instruction, numberOf(((Command)Entry.Instructions[instruction]).Unit));
}
