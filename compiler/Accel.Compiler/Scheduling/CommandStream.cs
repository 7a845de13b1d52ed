using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Scheduling;

/// <summary>
/// The instructions of an entry point as they are made. Straight-line commands are ordered by themselves: whatever a command reads or
/// overwrites in the scratchpad makes it wait for the last command of another unit that it must not overtake. Each unit shares a semaphore in
/// either direction with the hub, vector unit 0, and with no other: units that meet elsewhere are ordered by the hub, so that a machine of n
/// units needs 2 n semaphores and not n squared. Between <see cref="Acquire"/> and <see cref="Release"/> commands are added as they are, with semaphores of their own: loops.
/// </summary>
internal sealed class CommandStream
{
    private readonly InstructionBuffer _instructions = new();
    private readonly AccessList _accesses = new();
    private readonly LinearScanAllocator _scratchpad;
    private readonly HazardTracker _hazards;
    private readonly SemaphoreTable _semaphores;
    private readonly Machine _machine;
    private readonly long[] _registers = new long[Register.Count];
    private readonly List<SemaphoreUse> _waits = [];
    private readonly int[] _orders;
    private readonly int _hub;
    private int _nextRegister = Register.ParameterCount;

    /// <param name="tokens">Most tokens of a run: the extent of whatever has a row per token.</param>
    /// <param name="isTrial">
    /// Whether nothing is added: it is only tried whether there are semaphores enough, all that could be needed between the hub and each other unit being set aside.
    /// </param>
    public CommandStream(Machine machine, LinearScanAllocator scratchpad, int tokens, bool isTrial = false)
    {
        (_machine, _scratchpad, IsTrial) = (machine, scratchpad, isTrial);
        _semaphores = new(machine.Name, machine.Shape.Semaphores - (isTrial ? MostOrderSemaphores(machine) : 0));
        _hazards = new(machine.UnitCount, machine.Shape.ScratchpadBytes);
        _registers[Register.Tokens.Index] = tokens;
        _hub = machine.NumberOf(Machine.Vector);
        _orders = new int[machine.UnitCount * machine.UnitCount];
        Array.Fill(_orders, -1);
    }

    /// <summary>Nothing is added.</summary>
    public bool IsTrial { get; }

    /// <summary>Semaphores that order straight-line commands so far.</summary>
    public int OrderSemaphores { get; private set; }

    /// <summary>Semaphores that were asked for by their purpose so far: in a trial all that the commands would take.</summary>
    public int PurposeSemaphores => _semaphores.Count - OrderSemaphores;

    /// <summary>One in either direction between the hub and each other unit.</summary>
    public static int MostOrderSemaphores(Machine machine) => 2 * (machine.UnitCount - 1);

    /// <summary>What was added, without synchronisations for which nobody waits.</summary>
    public IReadOnlyList<Instruction> Finish() => _instructions.Where(instruction => instruction is not Synchronize { Waits.Count: 0, Signals.Count: 0 });

    /// <summary>Index of the model's operator that commands are made for.</summary>
    public int Operator { get; set; }

    /// <param name="unit">Number of the unit, or of what else has one of its own.</param>
    public int Semaphore(string purpose, int unit) => _semaphores[purpose, unit];

    /// <summary>Cuts commands of vector unit 0 into parts for all; null leaves them whole.</summary>
    public VectorSpread? Spread { get; set; }

    /// <summary>Adds a command that is ordered by what it touches.</summary>
    public void Add(Command command)
    {
        if (IsTrial)
        {
            return;
        }

        _accesses.Clear();
        command.ListAccesses(_registers, _accesses);
        Span<int> latest = stackalloc int[_machine.UnitCount];
        latest.Fill(-1);
        var unit = _machine.NumberOf(command.Unit);
        foreach (var access in _accesses.Span)
        {
            if (access.Space == Space.Scratchpad)
            {
                _hazards.Collect(unit, _scratchpad.BlockAt(access.Start), access.IsWrite, latest);
            }
        }

        var waits = Waits(command.Unit, unit, latest);
        var issue = command is VectorCommand vector && Spread?.Parts(vector, _registers) is { Count: > 1 } parts
            ? AddParts(parts, waits)
            : AddWhole(unit, command with { Operator = Operator, Waits = waits });
        foreach (var access in _accesses.Span)
        {
            if (access.Space == Space.Scratchpad)
            {
                _hazards.Record(issue, _scratchpad.BlockAt(access.Start), access.IsWrite);
            }
        }
    }

    private Issue AddWhole(int unit, Command command)
    {
        _instructions.Add(command);
        return new(unit, _instructions.Count - 1);
    }

    /// <summary>The hub lets the other vector units begin, does its own part, and waits for theirs.</summary>
    /// <returns>The hub's last wait, which stands for all parts.</returns>
    private Issue AddParts(IReadOnlyList<VectorCommand> parts, SemaphoreList waits)
    {
        var begin = new Issue(_hub, _instructions.Count);
        AddRaw(new Synchronize(Machine.Vector) { Operator = Operator, Waits = waits, Signals = PartSemaphores(parts.Count, unit => OrderSemaphore(_hub, unit)) });
        AddRaw(parts[0]);
        for (var i = 1; i < parts.Count; i++)
        {
            var unit = VectorUnit(i);
            _hazards.Wait(unit, begin, _instructions.Count);
            AddRaw(parts[i] with { Vector = i, Waits = [OrderSemaphore(_hub, unit)], Signals = [OrderSemaphore(unit, _hub)] });
        }

        var end = new Issue(_hub, _instructions.Count);
        for (var i = 1; i < parts.Count; i++)
        {
            _hazards.Wait(_hub, new(VectorUnit(i), end.Index - parts.Count + i), end.Index);
        }

        AddRaw(new Synchronize(Machine.Vector) { Operator = Operator, Waits = PartSemaphores(parts.Count, unit => OrderSemaphore(unit, _hub)) });
        return end;
    }

    private int VectorUnit(int index) => _machine.NumberOf(new(UnitKind.Vector, index));

    /// <summary>Between the hub and each other vector unit that has a part.</summary>
    private SemaphoreList PartSemaphores(int parts, Func<int, int> ofUnit)
    {
        Span<SemaphoreUse> uses = stackalloc SemaphoreUse[SemaphoreList.MaximumLength];
        for (var i = 1; i < parts; i++)
        {
            uses[i - 1] = ofUnit(VectorUnit(i));
        }

        return SemaphoreList.Create(uses[..(parts - 1)]);
    }

    /// <summary>Adds a command as it is, for the operator in turn; who makes many names it at once and saves a copy.</summary>
    public void AddRaw(Command command)
    {
        if (!IsTrial)
        {
            _instructions.Add(command.Operator == Operator ? command : command with { Operator = Operator });
        }
    }

    private void AddInstruction(Instruction instruction)
    {
        if (!IsTrial)
        {
            _instructions.Add(instruction);
        }
    }

    /// <summary>A unit waits until it may read and write the given blocks.</summary>
    public void Acquire(UnitId on, ReadOnlySpan<Block> reads, ReadOnlySpan<Block> writes)
    {
        if (IsTrial)
        {
            return;
        }

        Span<int> latest = stackalloc int[_machine.UnitCount];
        latest.Fill(-1);
        var unit = _machine.NumberOf(on);
        foreach (var block in reads)
        {
            _hazards.Collect(unit, block, false, latest);
        }

        foreach (var block in writes)
        {
            _hazards.Collect(unit, block, true, latest);
        }

        var waits = Waits(on, unit, latest);
        if (waits.Count > 0)
        {
            AddRaw(new Synchronize(on) { Operator = Operator, Waits = waits });
        }
    }

    /// <summary>A unit is done with the given blocks.</summary>
    public void Release(UnitId on, ReadOnlySpan<Block> reads, ReadOnlySpan<Block> writes)
    {
        if (IsTrial)
        {
            return;
        }

        var issue = new Issue(_machine.NumberOf(on), _instructions.Count);
        AddRaw(new Synchronize(on) { Operator = Operator });
        foreach (var block in reads)
        {
            _hazards.Record(issue, block, false);
        }

        foreach (var block in writes)
        {
            _hazards.Record(issue, block, true, isShared: true);
        }
    }

    public void Set(Register target, SetFunction function, Expression left, Expression right) => AddInstruction(new Set(target, function, left, right));

    /// <summary>A register until <see cref="ReleaseRegisters"/>; registers are given back in reverse order.</summary>
    public Register NewRegister() => new(_nextRegister++);

    public int RegisterMark => _nextRegister;

    public void ReleaseRegisters(int mark) => _nextRegister = mark;

    /// <summary>Repeats what the body adds; the counter runs from 0.</summary>
    public void Loop(Expression count, Action<Register> body)
    {
        var mark = _nextRegister;
        var counter = NewRegister();
        AddInstruction(new Loop(counter, count));
        body(counter);
        AddInstruction(new EndLoop());
        _nextRegister = mark;
    }

    /// <summary>Turns the needed orders into waits, and lets the awaited commands signal.</summary>
    private SemaphoreList Waits(UnitId on, int unit, Span<int> latest)
    {
        if (unit != _hub)
        {
            OrderByHub(unit, latest);
        }

        _waits.Clear();
        var waits = _waits;
        // The latest commands first: waiting for them may cover the others.
        for (var other = Latest(latest); latest[other] >= 0; other = Latest(latest))
        {
            var issue = new Issue(other, latest[other]);
            latest[other] = -1;
            if (_hazards.IsBehind(unit, issue))
            {
                continue;
            }

            if (waits.Count == SemaphoreList.MaximumLength)
            {
                AddRaw(new Synchronize(on) { Operator = Operator, Waits = [.. waits] });
                waits.Clear();
            }

            waits.Add(Signal(issue, OrderSemaphore(other, unit)));
            _hazards.Wait(unit, issue, _instructions.Count);
        }

        return [.. waits];
    }

    /// <summary>What a unit must wait for at others than the hub, the hub waits for first; then the hub is all to wait for.</summary>
    private void OrderByHub(int unit, Span<int> latest)
    {
        Span<int> others = stackalloc int[latest.Length];
        others.Fill(-1);
        var isNeeded = false;
        for (var other = 0; other < latest.Length; other++)
        {
            if (other != _hub && latest[other] >= 0 && !_hazards.IsBehind(unit, new(other, latest[other])))
            {
                (others[other], isNeeded) = (latest[other], true);
            }

            latest[other] = other == _hub ? latest[other] : -1;
        }

        if (!isNeeded)
        {
            return;
        }

        var waits = Waits(Machine.Vector, _hub, others);
        latest[_hub] = _instructions.Count;
        AddRaw(new Synchronize(Machine.Vector) { Operator = Operator, Waits = waits });
    }

    private static int Latest(ReadOnlySpan<int> latest)
    {
        var found = 0;
        for (var other = 1; other < latest.Length; other++)
        {
            found = latest[other] > latest[found] ? other : found;
        }

        return found;
    }

    /// <summary>The semaphore by which one unit waits for another outside of loops.</summary>
    private int OrderSemaphore(int giver, int taker)
    {
        ref var number = ref _orders[(giver * _machine.UnitCount) + taker];
        if (number < 0)
        {
            number = _semaphores[$"order {giver}", taker];
            OrderSemaphores++;
        }

        return number;
    }

    /// <summary>Lets a command signal, or where it signals all it can, its unit behind it.</summary>
    private SemaphoreUse Signal(Issue issue, int semaphore)
    {
        var awaited = (Command)_instructions[issue.Index];
        if (awaited.Signals.Count == SemaphoreList.MaximumLength)
        {
            AddRaw(new Synchronize(awaited.Unit) { Operator = Operator, Signals = [semaphore] });
        }
        else
        {
            _instructions[issue.Index] = awaited with { Signals = awaited.Signals.Add(semaphore) };
        }

        return semaphore;
    }
}
