using System.Runtime.InteropServices;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>An entry point as the machine times it; commands are looked at when they are first issued.</summary>
/// <param name="entry">The entry point.</param>
/// <param name="unitOf">The machine's units.</param>
internal sealed class TimedCode(EntryPoint entry, Func<UnitId, StampedUnit> unitOf)
{
    private readonly TimedCommand?[] _commands = new TimedCommand?[entry.Instructions.Count];

    /// <summary>Semaphores of all commands that were looked at, in this order: of each its waits, then its signals.</summary>
    private readonly List<SemaphoreUse> _uses = [];

    public EntryPoint Entry { get; } = entry;

    public TimedCommand At(int instruction) => _commands[instruction] ??= Make(instruction);

    public ReadOnlySpan<SemaphoreUse> WaitsOf(TimedCommand command) => CollectionsMarshal.AsSpan(_uses).Slice(command.Semaphores, command.Waits);

    public ReadOnlySpan<SemaphoreUse> SignalsOf(TimedCommand command) =>
        CollectionsMarshal.AsSpan(_uses).Slice(command.Semaphores + command.Waits, command.Signals);

    private TimedCommand Make(int instruction)
    {
        var command = (Command)Entry.Instructions[instruction];
        var made = new TimedCommand(command, instruction, unitOf(command.Unit), _uses.Count);
        _uses.AddRange(command.Waits.AsSpan());
        _uses.AddRange(command.Signals.AsSpan());
        return made;
    }
}
