using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>An entry point as the machine times it.</summary>
internal sealed class TimedCode
{
    private readonly TimedCommand[] _commands;

    /// <summary>Semaphores of all commands in their order: of each its waits, then its signals.</summary>
    private readonly SemaphoreUse[] _uses;

    public TimedCode(EntryPoint entry, Func<UnitId, int> numberOf, SizeTable sizes)
    {
        Entry = entry;
        _commands = new TimedCommand[entry.Instructions.Count];
        var uses = new List<SemaphoreUse>();
        for (var i = 0; i < _commands.Length; i++)
        {
            if (entry.Instructions[i] is Command command)
            {
                _commands[i] = new(command, numberOf(command.Unit), uses.Count, sizes);
                uses.AddRange(command.Waits.AsSpan());
                uses.AddRange(command.Signals.AsSpan());
            }
        }

        _uses = [.. uses];
    }

    public EntryPoint Entry { get; }

    public ref readonly TimedCommand this[int instruction] => ref _commands[instruction];

    public Command CommandAt(int instruction) => (Command)Entry.Instructions[instruction];

    public ReadOnlySpan<SemaphoreUse> WaitsOf(in TimedCommand command) => _uses.AsSpan(command.Semaphores, command.Waits);

    public ReadOnlySpan<SemaphoreUse> SignalsOf(in TimedCommand command) => _uses.AsSpan(command.Semaphores + command.Waits, command.Signals);
}
