using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Sim.Kernel;

/// <summary>
/// The machine at work: the sequencer fills the units' queues, units take what their semaphores allow. Which unit goes first is free; the
/// tracker proves that it cannot matter.
/// </summary>
/// <remarks>A simulator of time keeps the same queues and semaphores and decides by clocks which unit goes next.</remarks>
internal sealed class Dispatcher
{
    private readonly MachineShape _machine;
    private readonly DependencyTracker? _tracker;
    private readonly CommandExecutor _executor;
    private readonly Sequencer _sequencer = new();
    private readonly SemaphoreFile _semaphores;
    private readonly CommandQueue[] _queues;
    private readonly UnitId[] _units;
    private readonly long _maximumSteps;
    private EntryPoint? _entry;

    public Dispatcher(CompiledProgram program, MachineMemory memory, DependencyTracker? tracker, int queueDepth, long maximumSteps)
    {
        (_machine, _executor, _tracker, _maximumSteps) = (program.Machine, new(memory, tracker), tracker, maximumSteps);
        _semaphores = new(_machine.Semaphores);
        _units = UnitsOf(_machine);
        _queues = [.. _units.Select(_ => new CommandQueue(queueDepth))];
    }

    public ISimulationObserver? Observer
    {
        get => _executor.Observer;
        set => _executor.Observer = value;
    }

    /// <summary>All units of a machine in the order of their numbers: DMA channels, arrays, vector units.</summary>
    public static UnitId[] UnitsOf(MachineShape machine) =>
    [
        .. Enumerable.Range(0, machine.DmaChannels).Select(i => new UnitId(UnitKind.Dma, i)),
        .. Enumerable.Range(0, machine.Arrays).Select(i => new UnitId(UnitKind.Array, i)),
        .. Enumerable.Range(0, machine.VectorUnits).Select(i => new UnitId(UnitKind.Vector, i)),
    ];

    /// <summary>The place of a unit in <see cref="UnitsOf"/>.</summary>
    public static int NumberOf(MachineShape machine, UnitId unit) => unit.Kind switch
    {
        UnitKind.Dma => unit.Index,
        UnitKind.Array => machine.DmaChannels + unit.Index,
        _ => machine.DmaChannels + machine.Arrays + unit.Index,
    };

    public void Run(EntryPoint entry, long position, long tokens, long sequence, ReadOnlyMemory<long> positions = default)
    {
        _entry = entry;
        _semaphores.Clear();
        foreach (var queue in _queues)
        {
            queue.Clear();
        }

        _tracker?.Fence();
        _sequencer.Positions = positions;
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

                throw new MachineFaultException(FaultKind.Deadlock, DeadlockReport.Describe(_entry, _units, [.. _queues.Select(queue => queue.Waiting())], _semaphores, _sequencer));
            }
        }
    }

    /// <summary>Hands out commands until a queue is full, a fence waits, or the program ends.</summary>
    private bool Issue()
    {
        var progress = false;
        while (_sequencer.Advance() is not InstructionKind.End and var kind)
        {
            if (kind == InstructionKind.Fence)
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
                var command = (Command)_sequencer.Current;
                var queue = _queues[NumberOf(_machine, command.Unit)];
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
            while (queue.Count > 0 && _semaphores.CanTake(queue.Head.Waits.AsSpan()))
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
        var shared = _semaphores.Take(unit, command.Waits.AsSpan(), _tracker);
        if (shared >= 0)
        {
            throw Fault(FaultKind.Unordered, instruction, command, $"waits for semaphore {shared}, for which another unit waits too");
        }

        _executor.Execute(unit, _entry!, instruction, command, queue.HeadRegisters);
        shared = _semaphores.Give(unit, command.Signals.AsSpan(), null, _tracker);
        if (shared >= 0)
        {
            throw Fault(FaultKind.Unordered, instruction, command, $"signals semaphore {shared}, which another unit signals too");
        }

        Observer?.OnCommand(instruction, command, queue.HeadRegisters);
    }

    private MachineFaultException Fault(FaultKind kind, int instruction, Command command, string text) =>
        CommandExecutor.Fault(kind, _entry!, instruction, command, text);
}
