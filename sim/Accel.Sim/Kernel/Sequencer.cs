using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Kernel;

/// <summary>What a sequencer comes to.</summary>
internal enum InstructionKind : byte
{
    /// <summary>The end of the entry point.</summary>
    End,

    /// <summary>An instruction of the sequencer's own.</summary>
    Own,

    /// <summary>A command for a unit.</summary>
    Command,

    /// <summary>A command that is only shown to observers.</summary>
    Tap,

    Fence,
}

/// <summary>Walks an entry point: loops, registers, and the next command to hand out.</summary>
internal sealed class Sequencer
{
    private readonly long[] _registers = new long[Register.Count];
    private readonly (int Body, long Left)[] _loops = new (int, long)[ProgramChecks.DeepestLoop];
    private EntryPoint _entry = new("", 1, []);
    private Instruction[] _instructions = [];

    /// <summary>Kinds of the instructions and the end behind them, so that a command is passed without being looked at.</summary>
    private InstructionKind[] _kinds = [InstructionKind.End];
    private int _depth;
    private long _stepsLeft;

    public ReadOnlySpan<long> Registers => _registers;

    /// <summary>Index of the instruction at which the sequencer stands.</summary>
    public int Position { get; private set; }

    /// <summary>Instructions other than commands and fences that were done so far.</summary>
    public long OwnSteps { get; private set; }

    /// <summary>The host's table: positions of the tokens of a batch.</summary>
    public ReadOnlyMemory<long> Positions { get; set; }

    public bool IsDone => Position >= _instructions.Length;

    public void Start(EntryPoint entry, long position, long tokens, long sequence, long maximumSteps)
    {
        Array.Clear(_registers);
        Changes++;
        (_registers[0], _registers[1], _registers[2]) = (position, tokens, sequence);
        (Position, _depth, _stepsLeft) = (0, 0, maximumSteps);
        if (!ReferenceEquals(_entry, entry))
        {
            _entry = entry;
            _kinds = [.. entry.Instructions.Select(KindOf), InstructionKind.End];
            // Copies of the sequencer's own lie behind each other in memory: between commands they are far apart, and each would be a cache miss.
            _instructions = [.. entry.Instructions.Select((instruction, i) => _kinds[i] == InstructionKind.Own ? instruction with { } : instruction)];
        }
    }

    /// <summary>The instruction at which the sequencer stands; not at the end.</summary>
    public Instruction Current => _instructions[Position];

    /// <summary>Counts changes of registers.</summary>
    public long Changes { get; private set; }

    /// <summary>Does its own instructions up to the next command or fence, and leaves that for the caller to take.</summary>
    /// <returns>What it stands at.</returns>
    /// <exception cref="MachineFaultException">A number does not fit, or the run takes too many steps.</exception>
    public InstructionKind Advance()
    {
        var kind = _kinds[Position];
        if (kind > InstructionKind.Own && _stepsLeft > 0)
        {
            _stepsLeft--;
            return kind;
        }

        return Work();
    }

    /// <summary>The caller has taken the command.</summary>
    public void Take() => Position++;

    private InstructionKind Work()
    {
        try
        {
            return ToCommand();
        }
        catch (Exception error) when (error is OverflowException or DivideByZeroException or ArgumentOutOfRangeException)
        {
            var text = error switch
            {
                OverflowException => "a result exceeds 64 bits",
                DivideByZeroException => "a divisor is not positive",
                _ => "no such token in this batch",
            };
            throw new MachineFaultException(FaultKind.Overflow, $"{_entry.Name}[{Position}] {_instructions[Position].Mnemonic}: {text}");
        }
    }

    private static InstructionKind KindOf(Instruction instruction) => instruction switch
    {
        Fence => InstructionKind.Fence,
        Tap => InstructionKind.Tap,
        Command => InstructionKind.Command,
        _ => InstructionKind.Own,
    };

    private InstructionKind ToCommand()
    {
        while (!IsDone)
        {
            if (--_stepsLeft < 0)
            {
                throw new MachineFaultException(FaultKind.TooLong, $"{_entry.Name}: instruction {Position}: more steps than this run may take");
            }

            if (_kinds[Position] != InstructionKind.Own)
            {
                return _kinds[Position];
            }

            OwnSteps++;
            switch (_instructions[Position])
            {
                case Set set:
                    _registers[set.Target.Index] = set.Evaluate(_registers, set.Function == SetFunction.PositionOf ? Positions.Span : default);
                    Changes++;
                    Position++;
                    break;
                case Loop loop:
                    Enter(loop);
                    Changes++;
                    break;
                case EndLoop:
                    Repeat();
                    Changes++;
                    break;
            }
        }

        return InstructionKind.End;
    }

    private void Enter(Loop loop)
    {
        var count = loop.Count.Resolve(_registers);
        _registers[loop.Counter.Index] = 0;
        if (count > 0)
        {
            Position++;
            _loops[_depth++] = (Position, count - 1);
            return;
        }

        for (var open = 1; open > 0;)
        {
            Position++;
            open += _instructions[Position] switch
            {
                Loop => 1,
                EndLoop => -1,
                _ => 0,
            };
        }

        Position++;
    }

    private void Repeat()
    {
        ref var loop = ref _loops[_depth - 1];
        var counter = ((Loop)_instructions[loop.Body - 1]).Counter.Index;
        _registers[counter]++;
        if (loop.Left-- > 0)
        {
            Position = loop.Body;
            return;
        }

        _depth--;
        Position++;
    }
}
