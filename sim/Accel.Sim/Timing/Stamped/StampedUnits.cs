using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim.Kernel;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// All units with their semaphores and the memory behind them. Commands that are in a queue start and end as soon as the cycles that this
/// depends on are known; sending to memory and its answers alone are taken in order of time.
/// </summary>
internal sealed class StampedUnits
{
    private readonly UnitId[] _ids;
    private readonly StallCause[] _causes;
    private readonly StampedUnit[] _units;
    private readonly StampedQueue[] _queues;
    private readonly StampedDma[] _channels;
    private readonly StampedComputeUnit[] _computeUnits;
    private readonly MemoryTraffic _traffic;
    private readonly CommandExecutor? _executor;
    private readonly DependencyTracker? _tracker;
    private readonly ObservedOrder? _observed;
    private readonly OperatorTotals _totals;
    private readonly OperatorStamps _operators;
    private readonly SemaphoreFile _semaphores;
    private readonly RegisterSnapshots _registers = new();

    private readonly UnitsToLookAt _awake;
    private TimedCode _code = TimedCode.Empty;
    private int _run;

    public StampedUnits(CompiledProgram program, HardwareConfig hardware, TimingOptions options, IMachineMemory memory, CommandExecutor? executor)
    {
        (_executor, _tracker) = (executor, executor?.Tracker);
        _observed = options.Observer is { WantsCommands: true } observer ? new(observer) : null;
        _semaphores = new(program.Machine.Semaphores);
        _ids = Dispatcher.UnitsOf(program.Machine);
        _causes = [.. _ids.Select(id => (StallCause)id.Kind)];
        var shares = ScratchpadShares.Of(hardware);
        var vectors = new VectorTiming(hardware.VectorUnits, shares);
        _units =
        [
            .. _ids.Select((id, number) => (StampedUnit)(id.Kind switch
            {
                UnitKind.Dma => new StampedDma(id, number, hardware.Dma),
                UnitKind.Array => new StampedArray(id, number, hardware.MatMulArrays, shares, options.Ideal.HasFlag(Idealised.Arrays)),
                _ => new StampedVector(id, number, vectors, options.Ideal.HasFlag(Idealised.VectorUnits)),
            })),
        ];
        _queues = [.. _ids.Select(_ => new StampedQueue(hardware.Sequencer.QueueDepth))];
        _awake = new(_ids.Length, program.Machine.Semaphores);
        _channels = [.. _units.OfType<StampedDma>()];
        _computeUnits = [.. _units.OfType<StampedComputeUnit>()];
        _traffic = new(_channels, memory, _observed);
        _totals = new(program.Operators);
        _operators = new(_totals);
    }

    public OperatorTotals Totals => _totals;

    /// <summary>Commands that were issued and whose end is not known.</summary>
    public long Undone { get; private set; }

    /// <summary>End of all commands whose end is known.</summary>
    public long LastEnd { get; private set; }

    public IReadOnlyList<UnitTiming> Report() => [.. _units.Select(unit => unit.Report())];

    /// <summary>A run of the workload begins.</summary>
    public void BeginRun(int run, TimedCode code, long start)
    {
        (_run, _code, LastEnd) = (run, code, start);
        _operators.BeginRun();
        _semaphores.Clear();
        _awake.NobodyWaits();
        _tracker?.Fence();
    }

    /// <summary>All commands are done, and so is the sequencer; all cycles before one are over.</summary>
    public void CloseRun(long end)
    {
        foreach (var unit in _units)
        {
            unit.CloseRun(end);
        }

        _operators.Close(end);
        _observed?.TellUntil(StampedUnit.Never);
        _tracker?.Fence();
    }

    /// <summary>All commands before are done.</summary>
    public void Fence()
    {
        _tracker?.Fence();
        _semaphores.Fence();
    }

    /// <summary>Puts a command into its unit's queue.</summary>
    /// <param name="instruction">Its index in the entry point.</param>
    /// <param name="sequencer">Who issues it.</param>
    /// <param name="cycle">The first cycle in which that may be; the cycle in which it is.</param>
    /// <returns>Whether there is a place in the queue; if not, the cycle is not known yet.</returns>
    public bool TryIssue(int instruction, Sequencer sequencer, ref long cycle)
    {
        ref readonly var command = ref _code[instruction];
        ref var queue = ref _queues[command.Unit];
        if (queue.IsFull)
        {
            return false;
        }

        cycle = queue.RoomSince(cycle);
        var registers = command.NeedsRegisters || _executor is not null ? _registers.Take(sequencer.Registers, sequencer.Changes) : RegisterSnapshots.None;
        queue.Add(instruction, cycle, _operators.Issue(command.Operator, cycle), registers);
        Undone++;
        if (queue.Count == 1)
        {
            _awake.Add(command.Unit);
        }

        return true;
    }

    /// <summary>Takes steps between chip and memory until more is known of the units, and works that out.</summary>
    /// <returns>Whether there was one; if not, and commands are left, they wait for each other.</returns>
    public bool Advance()
    {
        while (_awake.IsEmpty)
        {
            if (!_traffic.TryStep(out var channel, out var hasArrived))
            {
                return false;
            }

            if (hasArrived ? EndTransfers(channel) : !channel.IsSending)
            {
                _awake.Add(channel.Number);
            }
        }

        Propagate();
        return true;
    }

    /// <summary>Who waits for whom.</summary>
    public MachineFaultException Deadlock(Sequencer sequencer) =>
        new(FaultKind.Deadlock, DeadlockReport.Describe(_code.Entry, _ids, [.. _units.Select(Waiting)], _semaphores, sequencer));

    /// <summary>Starts and ends commands of the units that were woken, and of those that these wake.</summary>
    private void Propagate()
    {
        while (_awake.TryTake(out var number))
        {
            while (_queues[number].Count > 0 && TryStart(number))
            {
            }
        }
    }

    private bool TryStart(int unit) => unit < _channels.Length
        ? TryStart(_channels[unit], ref _queues[unit])
        : TryStart(_computeUnits[unit - _channels.Length], ref _queues[unit]);

    private bool TryStart(StampedComputeUnit unit, ref StampedQueue queue)
    {
        ref readonly var head = ref queue.Head;
        ref readonly var command = ref _code[head.Instruction];
        var (ready, cause) = (0L, StallCause.Fence);
        if (command.Semaphores > 0 && !TryTake(unit, head.Instruction, command, out ready, out cause))
        {
            return false;
        }

        var start = Math.Max(Math.Max(head.Issued, queue.LastStart) + 1, ready);
        var end = start + 1;
        if (command.Kind != TimedKind.Synchronize)
        {
            var resolved = Resolve(unit, head, command);
            if (command.Kind == TimedKind.Product)
            {
                _totals.Multiplied(command.Operator, resolved.Size.Passes!.Macs);
            }

            start = unit.EarliestStart(resolved, start);
            end = unit.Begin(resolved, start);
        }

        var stamps = new StampedCommand(head.Instruction, head.Span, head.Issued, ready, cause, start);
        var clock = _executor is null ? null : Execute(_executor, unit, head);
        _registers.Release(head.Registers);
        queue.RemoveHead(start);
        End(unit, command, stamps, unit.Book(stamps, end), clock);
        return true;
    }

    private bool TryStart(StampedDma channel, ref StampedQueue queue)
    {
        ref readonly var head = ref queue.Head;
        ref readonly var command = ref _code[head.Instruction];
        var resolved = default(ResolvedCommand);
        if (command.Kind == TimedKind.Transfer)
        {
            if (channel.IsSending)
            {
                return false;
            }

            resolved = Resolve(channel, head, command);
            if (channel.MustWait(resolved))
            {
                return false;
            }
        }

        var (ready, cause) = (0L, StallCause.Fence);
        if (command.Semaphores > 0 && !TryTake(channel, head.Instruction, command, out ready, out cause))
        {
            return false;
        }

        var start = Math.Max(Math.Max(head.Issued, queue.LastStart) + 1, ready);
        if (command.Kind == TimedKind.Synchronize)
        {
            channel.Begin(new(head.Instruction, head.Span, head.Issued, ready, cause, start));
        }
        else
        {
            start = channel.EarliestStart(start);
            _totals.Moved(command.Operator, _code.PlacesOf(command).Traffic, resolved.Size.Transfer.Bytes);
            channel.Begin(resolved, new(head.Instruction, head.Span, head.Issued, ready, cause, start));
        }

        if (_executor is not null && Execute(_executor, channel, head) is { } clock)
        {
            channel.Keep(clock);
        }

        _registers.Release(head.Registers);
        queue.RemoveHead(start);
        _traffic.Schedule(channel);
        EndTransfers(channel);
        return true;
    }

    /// <summary>Takes the semaphores of a unit's next command; if one is missing, the unit is woken when it is given.</summary>
    private bool TryTake(StampedUnit unit, int instruction, in TimedCommand command, out long ready, out StallCause cause)
    {
        (ready, cause) = (0, StallCause.Fence);
        var waits = _code.WaitsOf(command);
        if (waits.IsEmpty)
        {
            return true;
        }

        ready = _semaphores.TryTake(unit.Number, waits, _tracker, out var last);
        if (ready == SemaphoreFile.Never)
        {
            _awake.Await(last, unit.Number);
            return false;
        }

        if (ready == SemaphoreFile.Shared)
        {
            throw Fault(FaultKind.Unordered, instruction, $"waits for semaphore {last}, for which another unit waits too");
        }

        if (_semaphores.GiverOf(last) is >= 0 and var giver)
        {
            cause = _causes[giver];
        }

        return true;
    }

    private ResolvedCommand Resolve(StampedUnit unit, in StampedQueue.Place place, in TimedCommand command)
    {
        var registers = _registers[place.Registers];
        var size = _code.SizesOf(command).For(registers, out var isKnown);
        if (!isKnown)
        {
            Measure(unit, place.Instruction, size, registers);
        }

        ref readonly var places = ref _code.PlacesOf(command);
        return new(command.Kind, size, places.First(registers), places.Second(registers));
    }

    private void Measure(StampedUnit unit, int instruction, CommandSize size, ReadOnlySpan<long> registers)
    {
        try
        {
            unit.Measure(_code.CommandAt(instruction), size, registers);
        }
        catch (OverflowException error)
        {
            throw Fault(FaultKind.Overflow, instruction, error.Message);
        }
    }

    /// <summary>Executes a command where values matter as well.</summary>
    /// <returns>The unit's clock at its start, for the proof of order; null without it.</returns>
    private long[]? Execute(CommandExecutor executor, StampedUnit unit, in StampedQueue.Place place)
    {
        executor.Execute(unit.Number, _code.Entry, place.Instruction, _code.CommandAt(place.Instruction), _registers[place.Registers]);
        return _tracker?.Snapshot(unit.Number);
    }

    /// <summary>Ends transfers whose work is done.</summary>
    /// <returns>Whether one ended.</returns>
    private bool EndTransfers(StampedDma channel)
    {
        var hasEnded = false;
        while (channel.TryEnd(out var stamps, out var end, out var clock))
        {
            End(channel, _code[stamps.Instruction], stamps, end, clock);
            hasEnded = true;
        }

        return hasEnded;
    }

    private void End(StampedUnit unit, in TimedCommand command, in StampedCommand stamps, long end, long[]? clock)
    {
        if (command.Semaphores > 0)
        {
            Signal(unit, command, stamps.Instruction, end, clock);
        }

        if (clock is not null)
        {
            _tracker!.Release(clock);
        }

        LastEnd = Math.Max(LastEnd, end);
        Undone--;
        _operators.Done(stamps.Span, unit.Id.Kind, end - stamps.Start, end);
        _observed?.Add(new(_run, unit.Id, stamps.Instruction, _code.CommandAt(stamps.Instruction), stamps.Issued, stamps.Start, end), unit.Number);
    }

    private void Signal(StampedUnit unit, in TimedCommand command, int instruction, long cycle, long[]? clock)
    {
        var signals = _code.SignalsOf(command);
        if (_semaphores.Give(unit.Number, signals, clock, _tracker, cycle) is >= 0 and var shared)
        {
            throw Fault(FaultKind.Unordered, instruction, $"signals semaphore {shared}, which another unit signals too");
        }

        foreach (var use in signals)
        {
            _awake.AddWaiting(use.Semaphore);
        }
    }

    private MachineFaultException Fault(FaultKind kind, int instruction, string text) =>
        CommandExecutor.Fault(kind, _code.Entry, instruction, _code.CommandAt(instruction), text);

    private IReadOnlyList<(Command Command, int Instruction)> Waiting(StampedUnit unit) =>
        [.. _queues[unit.Number].Waiting().Select(instruction => (_code.CommandAt(instruction), instruction))];
}
