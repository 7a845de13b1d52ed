using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Kernel;

/// <summary>A unit's queue: commands with the registers as they stood when the sequencer issued them.</summary>
internal sealed class CommandQueue(int depth)
{
    private readonly Command[] _commands = new Command[depth];
    private readonly int[] _instructions = new int[depth];
    private readonly (long Cycle, long Order)[] _issues = new (long, long)[depth];
    private readonly long[] _registers = new long[depth * Register.Count];
    private int _head;
    private int _tail;

    public int Count { get; private set; }

    public bool IsFull => Count == depth;

    public Command Head => _commands[_head];

    /// <summary>The instruction's index in its entry point.</summary>
    public int HeadInstruction => _instructions[_head];

    /// <summary>Cycle and number of its issue, where there is time.</summary>
    public (long Cycle, long Order) HeadIssue => _issues[_head];

    public ReadOnlySpan<long> HeadRegisters => _registers.AsSpan(_head * Register.Count, Register.Count);

    public void Add(Command command, int instruction, ReadOnlySpan<long> registers, long cycle = 0, long order = 0)
    {
        _commands[_tail] = command;
        _instructions[_tail] = instruction;
        _issues[_tail] = (cycle, order);
        registers.CopyTo(_registers.AsSpan(_tail * Register.Count, Register.Count));
        _tail = _tail + 1 == depth ? 0 : _tail + 1;
        Count++;
    }

    public void RemoveHead()
    {
        _head = _head + 1 == depth ? 0 : _head + 1;
        Count--;
    }

    public void Clear() => (_head, _tail, Count) = (0, 0, 0);

    /// <summary>Queued commands, the next one first.</summary>
    public IReadOnlyList<(Command Command, int Instruction)> Waiting() =>
        [.. Enumerable.Range(0, Count).Select(i => (_head + i) % depth).Select(slot => (_commands[slot], _instructions[slot]))];
}
