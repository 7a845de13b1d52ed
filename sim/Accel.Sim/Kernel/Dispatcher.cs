using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Blocks;

namespace Accel.Sim.Kernel;

/// <summary>
/// The machine at work: the sequencer fills the units' queues, units take what their semaphores allow. Which unit goes first is free; the
/// tracker proves that it cannot matter.
/// </summary>
/// <remarks>A simulator of time keeps the same queues and semaphores and decides by clocks which unit goes next.</remarks>
internal sealed class Dispatcher
{
    private readonly MachineMemory _memory;
    private readonly DependencyTracker? _tracker;
    private readonly Sequencer _sequencer = new();
    private readonly SemaphoreFile _semaphores;
    private readonly CommandQueue[] _queues;
    private readonly UnitId[] _units;
    private readonly DmaEngine _dma;
    private readonly MatMulArray _array;
    private readonly VectorUnit _vector;
    private readonly AccessList _accesses = new();
    private readonly Buffer<long> _tap = new();
    private readonly long _maximumSteps;
    private EntryPoint? _entry;

    public Dispatcher(CompiledProgram program, MachineMemory memory, DependencyTracker? tracker, int queueDepth, long maximumSteps)
    {
        var machine = program.Machine;
        (_memory, _tracker, _maximumSteps) = (memory, tracker, maximumSteps);
        _semaphores = new(machine.Semaphores);
        _units =
        [
            .. Enumerable.Range(0, machine.DmaChannels).Select(i => new UnitId(UnitKind.Dma, i)),
            .. Enumerable.Range(0, machine.Arrays).Select(i => new UnitId(UnitKind.Array, i)),
            .. Enumerable.Range(0, machine.VectorUnits).Select(i => new UnitId(UnitKind.Vector, i)),
        ];
        _queues = [.. _units.Select(_ => new CommandQueue(queueDepth))];
        // Blocks differ in nothing but their queue, and work one after the other here: one of each kind serves all.
        (_dma, _array, _vector) = (new(memory), new(memory), new(memory));
    }

    public ISimulationObserver? Observer { get; set; }

    public void Run(EntryPoint entry, long position, long tokens, long sequence)
    {
        _entry = entry;
        _semaphores.Clear();
        foreach (var queue in _queues)
        {
            queue.Clear();
        }

        _tracker?.Fence();
        _sequencer.Start(entry, position, tokens, sequence, _maximumSteps);
        while (true)
        {
            var issued = Issue();
            var executed = ExecuteReady();
            if (!issued && !executed)
            {
                if (_sequencer.IsDone && Array.TrueForAll(_queues, queue => queue.Count == 0))
                {
                    _tracker?.Fence();
                    return;
                }

                throw new MachineFaultException(FaultKind.Deadlock, DeadlockReport.Describe(_entry, _units, _queues, _semaphores, _sequencer));
            }
        }
    }

    /// <summary>Hands out commands until a queue is full, a fence waits, or the program ends.</summary>
    private bool Issue()
    {
        var progress = false;
        while (Next() is { } instruction)
        {
            if (instruction is Fence)
            {
                if (!Array.TrueForAll(_queues, queue => queue.Count == 0))
                {
                    return progress;
                }

                _tracker?.Fence();
                _semaphores.Fence();
            }
            else
            {
                var command = (Command)instruction;
                var queue = _queues[IndexOf(command.Unit)];
                if (queue.IsFull)
                {
                    return progress;
                }

                queue.Add(command, _sequencer.Position, _sequencer.Registers);
            }

            _sequencer.Take();
            progress = true;
        }

        return progress;
    }

    private bool ExecuteReady()
    {
        var progress = false;
        for (var unit = 0; unit < _queues.Length; unit++)
        {
            var queue = _queues[unit];
            while (queue.Count > 0 && _semaphores.CanTake(queue.Head.Waits))
            {
                Execute(unit, queue);
                queue.RemoveHead();
                progress = true;
            }
        }

        return progress;
    }

    private void Execute(int unit, CommandQueue queue)
    {
        var (command, instruction) = (queue.Head, queue.HeadInstruction);
        var shared = _semaphores.Take(unit, command.Waits, _tracker);
        if (shared >= 0)
        {
            throw Fault(FaultKind.Unordered, instruction, command, $"waits for semaphore {shared}, for which another unit waits too");
        }

        Conflict? conflict = null;
        try
        {
            _accesses.Clear();
            command.ListAccesses(queue.HeadRegisters, _accesses);
            foreach (var access in _accesses.Span)
            {
                _memory.Check(access);
            }

            conflict = _tracker?.Execute(unit, instruction, _accesses.Span);
            if (conflict is null)
            {
                Compute(command, queue.HeadRegisters);
            }
        }
        catch (MachineFaultException fault)
        {
            throw Fault(fault.Kind, instruction, command, fault.Message);
        }
        catch (OverflowException error)
        {
            throw Fault(FaultKind.Overflow, instruction, command, error.Message);
        }
        catch (ArgumentException error)
        {
            throw Fault(FaultKind.BadOperand, instruction, command, error.Message.Split('\n')[0]);
        }

        if (conflict is not null)
        {
            throw Conflicting(instruction, command, conflict);
        }

        shared = _semaphores.Give(unit, command.Signals, _tracker);
        if (shared >= 0)
        {
            throw Fault(FaultKind.Unordered, instruction, command, $"signals semaphore {shared}, which another unit signals too");
        }

        Observer?.OnCommand(instruction, command, queue.HeadRegisters);
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
        OperandRules.DemandBounded(source, _memory.Scratchpad.Length);
        var (token, element) = (tap.FirstToken.Resolve(registers), tap.FirstElement.Resolve(registers));
        var lanes = _tap.Take(source.Columns);
        for (var row = 0L; row < source.RowCount; row++)
        {
            _memory.ReadRow(source, row, lanes);
            Observer.OnTap(tap.Value, token + row, element, lanes);
        }
    }

    private Instruction? Next()
    {
        try
        {
            return _sequencer.Advance();
        }
        catch (Exception error) when (error is OverflowException or DivideByZeroException)
        {
            var text = error is OverflowException ? "a result exceeds 64 bits" : "a divisor is not positive";
            throw new MachineFaultException(FaultKind.Overflow, $"{_entry!.Name}[{_sequencer.Position}] {_entry.Instructions[_sequencer.Position].Mnemonic}: {text}");
        }
        catch (MachineFaultException fault)
        {
            throw new MachineFaultException(fault.Kind, $"{_entry!.Name}: {fault.Message}");
        }
    }

    private int IndexOf(UnitId unit) => Array.IndexOf(_units, unit);

    private MachineFaultException Conflicting(int instruction, Command command, Conflict conflict)
    {
        var (verb, place) = (conflict.Access.IsWrite ? "writes" : "reads", $"{MachineMemory.Describe(conflict.Access.Space)} from {conflict.Address} on");
        if (conflict.Kind == FaultKind.NeverWritten)
        {
            return Fault(conflict.Kind, instruction, command, $"reads {place}, which nobody wrote");
        }

        var other = (Command)_entry!.Instructions[conflict.Instruction];
        return Fault(
            conflict.Kind, instruction, command,
            $"{verb} {place}, which {_entry.Name}[{conflict.Instruction}] {other.Mnemonic} on {other.Unit} {(conflict.OtherWrites ? "writes" : "reads")}; no semaphore orders them");
    }

    private MachineFaultException Fault(FaultKind kind, int instruction, Command command, string text) =>
        new(kind, $"{_entry!.Name}[{instruction}] {command.Mnemonic} on {command.Unit}: {text}");
}
