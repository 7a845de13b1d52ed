using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>An entry point as the machine times it.</summary>
internal sealed class TimedCode
{
    private readonly TimedCommand[] _commands;

    /// <summary>Distinct lists of waits and signals: where the waits stand in one list of all, how many there are, and the signals behind.</summary>
    private readonly (int At, short Waits, short Signals)[] _semaphores;
    private readonly SemaphoreUse[] _uses;
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

        (_sizes, _places) = (distinct.ToArray(), places.ToArray());
        var (lists, all) = (semaphores.ToArray(), new List<SemaphoreUse>());
        _semaphores = new (int, short, short)[lists.Length];
        for (var i = 0; i < lists.Length; i++)
        {
            var (waits, signals) = lists[i];
            _semaphores[i] = (all.Count, (short)waits.Count, (short)signals.Count);
            all.AddRange(waits.AsSpan());
            all.AddRange(signals.AsSpan());
        }

        _uses = [.. all];
    }

    /// <summary>Of no instruction.</summary>
    public static TimedCode Empty { get; } = new(new("", 1, []), _ => 0, new());

    public EntryPoint Entry { get; }

    public ref readonly TimedCommand this[int instruction] => ref _commands[instruction];

    public Command CommandAt(int instruction) => (Command)Entry.Instructions[instruction];

    public ReadOnlySpan<SemaphoreUse> WaitsOf(in TimedCommand command)
    {
        ref readonly var list = ref _semaphores[command.Semaphores];
        return _uses.AsSpan(list.At, list.Waits);
    }

    public ReadOnlySpan<SemaphoreUse> SignalsOf(in TimedCommand command)
    {
        ref readonly var list = ref _semaphores[command.Semaphores];
        return _uses.AsSpan(list.At + list.Waits, list.Signals);
    }

    public CommandSizes SizesOf(in TimedCommand command) => _sizes[command.Sizes];

    public ref readonly CommandPlaces PlacesOf(in TimedCommand command) => ref _places[command.Places];
}
