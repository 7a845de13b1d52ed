using System.Runtime.InteropServices;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>An entry point as the machine times it; commands are looked at when they are first issued.</summary>
/// <param name="entry">The entry point.</param>
/// <param name="numberOf">Number of a unit.</param>
internal sealed class TimedCode(EntryPoint entry, Func<UnitId, int> numberOf)
{
    private readonly TimedCommand?[] _commands = new TimedCommand?[entry.Instructions.Count];
    private readonly List<SemaphoreUse> _uses = [];

    public EntryPoint Entry { get; } = entry;

    public TimedCommand At(int instruction) => _commands[instruction] ??= Make(instruction);

    /// <summary>Takes the semaphores of a command into the list.</summary>
    public (int At, int Count) Keep(SemaphoreList uses)
    {
        _uses.AddRange(uses.AsSpan());
        return (_uses.Count - uses.Count, uses.Count);
    }

    public ReadOnlySpan<SemaphoreUse> Uses((int At, int Count) list) => CollectionsMarshal.AsSpan(_uses).Slice(list.At, list.Count);

    private TimedCommand Make(int instruction)
    {
        var command = (Command)Entry.Instructions[instruction];
        return new(command, instruction, numberOf(command.Unit), this);
    }
}
