using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim.Blocks;

namespace Accel.Sim.Kernel;

/// <summary>What a command does to memory, whoever decides when: its accesses are checked, their order is proved, its values are computed.</summary>
internal sealed class CommandExecutor(MachineMemory memory, DependencyTracker? tracker)
{
    // Blocks differ in nothing but their queue, and work one after the other here: one of each kind serves all.
    private readonly DmaEngine _dma = new(memory);
    private readonly MatMulArray _array = new(memory);
    private readonly VectorUnit _vector = new(memory);
    private readonly AccessList _accesses = new();
    private readonly Buffer<long> _tap = new();

    public ISimulationObserver? Observer { get; set; }

    public DependencyTracker? Tracker => tracker;

    /// <summary>Executes a command whose waits have been taken.</summary>
    /// <param name="unit">Number of its unit.</param>
    /// <exception cref="MachineFaultException">It did what the machine cannot do.</exception>
    public void Execute(int unit, EntryPoint entry, int instruction, Command command, ReadOnlySpan<long> registers)
    {
        Conflict? conflict = null;
        try
        {
            _accesses.Clear();
            command.ListAccesses(registers, _accesses);
            foreach (var access in _accesses.Span)
            {
                memory.Check(access);
            }

            conflict = tracker?.Execute(unit, instruction, _accesses.Span);
            if (conflict is null)
            {
                Compute(command, registers);
            }
        }
        catch (MachineFaultException fault)
        {
            throw Fault(fault.Kind, entry, instruction, command, fault.Message);
        }
        catch (OverflowException error)
        {
            throw Fault(FaultKind.Overflow, entry, instruction, command, error.Message);
        }
        catch (ArgumentException error)
        {
            throw Fault(FaultKind.BadOperand, entry, instruction, command, error.Message.Split('\n')[0]);
        }

        if (conflict is not null)
        {
            throw Conflicting(entry, instruction, command, conflict);
        }
    }

    public static MachineFaultException Fault(FaultKind kind, EntryPoint entry, int instruction, Command command, string text) =>
        new(kind, $"{entry.Name}[{instruction}] {command.Mnemonic} on {command.Unit}: {text}");

    private static MachineFaultException Conflicting(EntryPoint entry, int instruction, Command command, Conflict conflict)
    {
        var (verb, place) = (conflict.Access.IsWrite ? "writes" : "reads", $"{MachineMemory.Describe(conflict.Access.Space)} from {conflict.Address} on");
        if (conflict.Kind == FaultKind.NeverWritten)
        {
            return Fault(conflict.Kind, entry, instruction, command, $"reads {place}, which nobody wrote");
        }

        var other = (Command)entry.Instructions[conflict.Instruction];
        return Fault(
            conflict.Kind, entry, instruction, command,
            $"{verb} {place}, which {entry.Name}[{conflict.Instruction}] {other.Mnemonic} on {other.Unit} {(conflict.OtherWrites ? "writes" : "reads")}; no semaphore orders them");
    }

    private void Compute(Command command, ReadOnlySpan<long> registers)
    {
        switch (command)
        {
            case MatMul product:
                _array.Execute(product, registers);
                break;
            case Drain drain:
                _array.Execute(drain, registers);
                break;
            case VectorCommand vector:
                _vector.Execute(vector, registers);
                break;
            case Load load:
                _dma.Execute(load, registers);
                break;
            case Store store:
                _dma.Execute(store, registers);
                break;
            case Gather gather:
                _dma.Execute(gather, registers);
                break;
            case Tap tap:
                Show(tap, registers);
                break;
        }
    }

    private void Show(Tap tap, ReadOnlySpan<long> registers)
    {
        if (Observer is null)
        {
            return;
        }

        var source = tap.Source.Resolve(registers);
        OperandRules.DemandBounded(source, memory.Scratchpad.Length);
        var (token, element) = (tap.FirstToken.Resolve(registers), tap.FirstElement.Resolve(registers));
        var lanes = _tap.Take(source.Columns);
        for (var row = 0L; row < source.RowCount; row++)
        {
            memory.ReadRow(source, row, lanes);
            Observer.OnTap(tap.Value, token + row, element, lanes);
        }
    }
}
