using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>An entry point as the machine times it.</summary>
internal sealed class TimedCode
{
    private readonly TimedCommand[] _commands;
    private readonly (SemaphoreList Waits, SemaphoreList Signals)[] _semaphores;
    private readonly CommandSizes[] _sizes;
    private readonly CommandPlaces[] _places;

    /// <param name="entry">The entry point.</param>
    /// <param name="numberOf">Number of a unit.</param>
    /// <param name="sizes">Of commands of all entry points.</param>
    public TimedCode(EntryPoint entry, Func<UnitId, int> numberOf, SizeTable sizes)
    {
        Entry = entry;
        _commands = new TimedCommand[entry.Instructions.Count];
        var (semaphores, distinct, places) = (new Distinct<(SemaphoreList, SemaphoreList)>(), new Distinct<CommandSizes>(), new Distinct<CommandPlaces>());
        semaphores.NumberOf(default);
        for (var i = 0; i < _commands.Length; i++)
        {
            if (entry.Instructions[i] is not Command command)
            {
                continue;
            }

            var (kind, unit, uses) = (TimedKinds.Of(command), (ushort)numberOf(command.Unit), semaphores.NumberOf((command.Waits, command.Signals)));
            if (kind == TimedKind.Synchronize)
            {
                _commands[i] = new(kind, false, unit, command.Operator, uses, 0, 0);
                continue;
            }

            var (size, place) = (sizes.Of(command), new CommandPlaces(command));
            var needsRegisters = !size.AreConstant || !place.AreConstant;
            _commands[i] = new(kind, needsRegisters, unit, command.Operator, uses, distinct.NumberOf(size), places.NumberOf(place));
        }

        (_semaphores, _sizes, _places) = (semaphores.ToArray(), distinct.ToArray(), places.ToArray());
    }

    /// <summary>Of no instruction.</summary>
    public static TimedCode Empty { get; } = new(new("", 1, []), _ => 0, new());

    public EntryPoint Entry { get; }

    public ref readonly TimedCommand this[int instruction] => ref _commands[instruction];

    public Command CommandAt(int instruction) => (Command)Entry.Instructions[instruction];

    public ReadOnlySpan<SemaphoreUse> WaitsOf(in TimedCommand command) => _semaphores[command.Semaphores].Waits.AsSpan();

    public ReadOnlySpan<SemaphoreUse> SignalsOf(in TimedCommand command) => _semaphores[command.Semaphores].Signals.AsSpan();

    public CommandSizes SizesOf(in TimedCommand command) => _sizes[command.Sizes];

    public ref readonly CommandPlaces PlacesOf(in TimedCommand command) => ref _places[command.Places];
}
