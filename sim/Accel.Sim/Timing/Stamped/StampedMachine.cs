using Accel.Core.Units;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim.Kernel;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// The machine with clocks, command by command: each gets the cycles of its issue, start and end as soon as the cycles that these depend
/// on are known, however far ahead of others that is. Nothing but the memory depends on who comes first, so sending to it and its answers
/// alone are taken in order of time.
/// </summary>
internal sealed class StampedMachine
{
    private const int None = -1;
    private const int Several = -2;

    private readonly CompiledProgram _program;
    private readonly TimingOptions _options;
    private readonly IMachineMemory _memory;
    private readonly CommandExecutor? _executor;
    private readonly DependencyTracker? _tracker;
    private readonly ObservedOrder? _observed;
    private readonly Sequencer _sequencer = new();
    private readonly CycleLedger _sequencerLedger = new();
    private readonly SemaphoreFile _semaphores;
    private readonly UnitId[] _ids;
    private readonly StampedUnit[] _units;
    private readonly StampedDma[] _channels;
    private readonly OperatorTotals _totals;
    private readonly OperatorStamps _operators;
    private readonly SendOrder _sends;
    private readonly GroupsUnderWay _sent = new();
    private readonly List<RunTiming> _runs = [];

    /// <summary>Units to look at again.</summary>
    private readonly Stack<int> _awake = new();

    /// <summary>Who waits for a semaphore to be given: a unit, <see cref="None"/> or <see cref="Several"/>.</summary>
    private readonly int[] _waiting;
    private readonly List<TimedCode> _codes = [];
    private readonly SizeTable _sizes = new();
    private TimedCode? _code;
    private readonly RegisterSnapshots _registers = new();
    private InstructionKind _next;
    private int _run;

    /// <summary>The first cycle in which the sequencer can hand out what it holds.</summary>
    private long _ready;
    private long _lastEnd;
    private long _undone;

    public StampedMachine(CompiledProgram program, HardwareConfig hardware, TimingOptions options, IMachineMemory memory, CommandExecutor? executor)
    {
        (_program, _options, _memory, _executor, _tracker) = (program, options, memory, executor, executor?.Tracker);
        _observed = options.Observer is { WantsCommands: true } observer ? new(observer) : null;
        _semaphores = new(program.Machine.Semaphores);
        _waiting = new int[program.Machine.Semaphores];
        _ids = Dispatcher.UnitsOf(program.Machine);
        var shares = ScratchpadShares.Of(hardware);
        var (depth, vectors) = (hardware.Sequencer.QueueDepth, new VectorTiming(hardware.VectorUnits, shares));
        _units =
        [
            .. _ids.Select((id, number) => (StampedUnit)(id.Kind switch
            {
                UnitKind.Dma => new StampedDma(id, number, depth, hardware.Dma),
                UnitKind.Array => new StampedArray(id, number, depth, hardware.MatMulArrays, shares, options.Ideal.HasFlag(Idealised.Arrays)),
                _ => new StampedVector(id, number, depth, vectors, options.Ideal.HasFlag(Idealised.VectorUnits)),
            })),
        ];
        _channels = [.. _units.OfType<StampedDma>()];
        _sends = new(_channels.Length);
        _totals = new(program.Operators);
        _operators = new(_totals);
    }

    public TimingReport Run(Workload workload, HardwareConfig hardware)
    {
        var now = 0L;
        for (_run = 0; _run < workload.Runs.Count; _run++)
        {
            var end = Run(workload.Runs[_run], now);
            _runs.Add(new(workload.Runs[_run], now, end));
            now = end;
        }

        return new()
        {
            Program = _program,
            Hardware = hardware,
            Workload = workload,
            Cycles = new Cycles(now),
            Runs = _runs,
            Units = [.. _units.Select(unit => unit.Report())],
            Sequencer = _sequencerLedger.Report("sequencer"),
            Operators = _totals.Report(),
            Dram = _memory.Finish(),
            Macs = _totals.Macs,
            Bytes = _totals.Bytes,
            SteppedCycles = 0,
        };
    }

    private long Run(WorkloadRun parameters, long start)
    {
        _code = CodeOf(parameters.EntryPoint);
        _semaphores.Clear();
        Array.Fill(_waiting, None);
        _tracker?.Fence();
        _sequencer.Positions = parameters.Positions;
        _sequencer.Start(_code.Entry, parameters.Position, parameters.Tokens, parameters.Sequence, _options.MaximumSteps);
        _options.Observer?.OnRun(_run, start);
        (_lastEnd, _ready) = (start, start);
        Fetch(start);
        while (true)
        {
            Issue();
            if (_next == InstructionKind.End && _undone == 0)
            {
                break;
            }

            while (_awake.Count == 0)
            {
                if (!TakeMemoryStep())
                {
                    throw new MachineFaultException(
                        FaultKind.Deadlock, DeadlockReport.Describe(_code.Entry, _ids, [.. _units.Select(Waiting)], _semaphores, _sequencer));
                }
            }

            Propagate();
        }

        var end = Math.Max(_ready, _lastEnd);
        _sequencerLedger.Idle(end - _ready);
        foreach (var unit in _units)
        {
            unit.CloseRun(end);
        }

        _operators.Close(end);
        _observed?.TellUntil(StampedUnit.Never);
        _tracker?.Fence();
        return end;
    }

    private TimedCode CodeOf(string name)
    {
        var known = _codes.Find(code => code.Entry.Name == name);
        if (known is null)
        {
            known = new(_program.EntryPoints.First(entry => entry.Name == name), unit => Dispatcher.NumberOf(_program.Machine, unit), _sizes);
            _codes.Add(known);
        }

        return known;
    }

    /// <summary>Hands out commands as far as the cycles of their issue are known.</summary>
    private void Issue()
    {
        while (_next != InstructionKind.End)
        {
            var cycle = _ready;
            if (_next == InstructionKind.Command)
            {
                ref readonly var command = ref _code![_sequencer.Position];
                var unit = _units[command.Unit];
                var queue = unit.Queue;
                if (queue.IsFull)
                {
                    return;
                }

                cycle = Math.Max(cycle, queue.RoomSince);
                var registers = command.NeedsRegisters || _executor is not null ? _registers.Take(_sequencer.Registers, _sequencer.Changes) : RegisterSnapshots.None;
                queue.Add(_sequencer.Position, cycle, _operators.Issue(command.Operator, cycle), registers);
                _undone++;
                _sequencerLedger.Stalled(StallCause.Queue, cycle - _ready);
                if (queue.Count == 1 && TryStart(unit))
                {
                    Propagate();
                }
            }
            else
            {
                if (_undone > 0)
                {
                    return;
                }

                cycle = Math.Max(cycle, _lastEnd);
                _sequencerLedger.Stalled(StallCause.Fence, cycle - _ready);
                _tracker?.Fence();
                _semaphores.Fence();
            }

            _sequencer.Take();
            _sequencerLedger.Commands++;
            _sequencerLedger.Busy(1);
            Fetch(cycle + 1);
        }
    }

    /// <summary>
    /// Finds the sequencer's next command or fence, beginning in a cycle: each of its own instructions before it takes a cycle. What
    /// is only shown to observers does not exist in hardware.
    /// </summary>
    private void Fetch(long cycle)
    {
        var before = _sequencer.OwnSteps;
        _next = _sequencer.Advance();
        while (_next == InstructionKind.Tap)
        {
            _sequencer.Take();
            _next = _sequencer.Advance();
        }

        _ready = cycle + _sequencer.OwnSteps - before;
        _sequencerLedger.Busy(_ready - cycle);
    }

    /// <summary>Starts and ends commands of the units that were woken, and of those that these wake.</summary>
    private void Propagate()
    {
        while (_awake.TryPop(out var number))
        {
            var unit = _units[number];
            unit.IsAwake = false;
            while (unit.Queue.Count > 0 && TryStart(unit))
            {
            }
        }
    }

    private bool TryStart(StampedUnit unit)
    {
        ref readonly var head = ref unit.Queue.Head;
        var (instruction, snapshot) = (head.Instruction, head.Registers);
        ref readonly var timed = ref _code![instruction];
        var waits = _code.WaitsOf(timed);
        var ready = _semaphores.ReadyAt(waits, out var last);
        if (ready == StampedUnit.Never)
        {
            ref var waiting = ref _waiting[last];
            waiting = waiting == None || waiting == unit.Number ? unit.Number : Several;
            return false;
        }

        var registers = _registers[snapshot];
        var start = Math.Max(Math.Max(head.Issued, unit.LastStart) + 1, ready);
        var resolved = default(ResolvedCommand);
        if (timed.Sizes is { } sizes)
        {
            if (!sizes.TryGet(registers, out var size))
            {
                Measure(unit, instruction, size, registers);
            }

            resolved = timed.Resolve(size, registers);
            start = unit.EarliestStart(resolved, start);
            if (start == StampedUnit.Never)
            {
                return false;
            }

            if (timed.Kind == TimedKind.Product)
            {
                _totals.Multiplied(timed.Operator, size.Passes!.Macs);
            }
        }

        var shared = _semaphores.Take(unit.Number, waits, _tracker);
        if (shared >= 0)
        {
            throw Fault(FaultKind.Unordered, instruction, $"waits for semaphore {shared}, for which another unit waits too");
        }

        _executor?.Execute(unit.Number, _code.Entry, instruction, _code.CommandAt(instruction), registers);
        var giver = last < 0 ? -1 : _semaphores.GiverOf(last);
        var stamps = new StampedCommand(instruction, head.Span, head.Issued, ready, giver < 0 ? StallCause.Fence : (StallCause)_units[giver].Id.Kind, start);
        var end = unit.Start(resolved, stamps);
        unit.Queue.RemoveHead(start);
        _registers.Release(snapshot);
        var clock = _tracker?.Snapshot(unit.Number);
        if (end != StampedUnit.Never)
        {
            End(unit, stamps, end, clock);
            return true;
        }

        var channel = (StampedDma)unit;
        if (clock is not null)
        {
            channel.Keep(clock);
        }

        EndTransfers(channel);
        return true;
    }

    private void Measure(StampedUnit unit, int instruction, CommandSize size, ReadOnlySpan<long> registers)
    {
        try
        {
            unit.Measure(_code!.CommandAt(instruction), size, registers);
        }
        catch (OverflowException error)
        {
            throw Fault(FaultKind.Overflow, instruction, error.Message);
        }
    }

    private MachineFaultException Fault(FaultKind kind, int instruction, string text) =>
        CommandExecutor.Fault(kind, _code!.Entry, instruction, _code.CommandAt(instruction), text);

    private IReadOnlyList<(Command Command, int Instruction)> Waiting(StampedUnit unit) =>
        [.. unit.Queue.Waiting().Select(instruction => (_code!.CommandAt(instruction), instruction))];

    /// <summary>Ends transfers whose work is done, and takes down when the channel sends next.</summary>
    /// <returns>Whether one ended.</returns>
    private bool EndTransfers(StampedDma channel)
    {
        _sends.Set(channel.Number, channel.NextSend);
        var hasEnded = false;
        while (channel.TryEnd(out var command, out var end, out var clock))
        {
            End(channel, command, end, clock);
            hasEnded = true;
        }

        return hasEnded;
    }

    private void End(StampedUnit unit, in StampedCommand stamps, long end, long[]? clock)
    {
        var signals = _code!.SignalsOf(_code[stamps.Instruction]);
        var shared = _semaphores.Give(unit.Number, signals, clock, _tracker, end);
        if (shared >= 0)
        {
            throw Fault(FaultKind.Unordered, stamps.Instruction, $"signals semaphore {shared}, which another unit signals too");
        }

        if (clock is not null)
        {
            _tracker!.Release(clock);
        }

        foreach (var use in signals)
        {
            ref var waiting = ref _waiting[use.Semaphore];
            if (waiting != None)
            {
                WakeWaiting(ref waiting);
            }
        }

        _lastEnd = Math.Max(_lastEnd, end);
        _undone--;
        _operators.Done(stamps.Span, unit.Id.Kind, end - stamps.Start, end);
        _observed?.Add(new(_run, unit.Id, stamps.Instruction, _code.CommandAt(stamps.Instruction), stamps.Issued, stamps.Start, end), unit.Number);
    }

    private void WakeWaiting(ref int waiting)
    {
        if (waiting >= 0)
        {
            Wake(_units[waiting]);
        }
        else
        {
            foreach (var unit in _units)
            {
                Wake(unit);
            }
        }

        waiting = None;
    }

    private void Wake(StampedUnit unit)
    {
        if (!unit.IsAwake)
        {
            unit.IsAwake = true;
            _awake.Push(unit.Number);
        }
    }

    /// <summary>
    /// The next thing between chip and memory: answers first, then sending in the order of the channels. All cycles that do not depend on it are
    /// known, so nothing that becomes known later lies before it.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    private bool TakeMemoryStep()
    {
        if (_sent.Count > 0 && _memory.NextArrival(_sends.Cycle) is var (transfer, arrival))
        {
            Arrive(transfer, arrival);
            return true;
        }

        if (_sends.Cycle == StampedUnit.Never)
        {
            return false;
        }

        Send(_channels[_sends.First]);
        return true;
    }

    private void Arrive(int transfer, long cycle)
    {
        ref readonly var sent = ref _sent.Remove(transfer);
        _observed?.Group(sent.Timing with { End = cycle });
        var channel = _channels[sent.Channel];
        channel.Arrived(sent.Command, cycle);
        if (EndTransfers(channel))
        {
            Wake(channel);
        }
    }

    private void Send(StampedDma channel)
    {
        var cycle = channel.NextSend;
        var command = channel.Send(out var group);
        _sends.Set(channel.Number, channel.NextSend);
        ref readonly var timed = ref _code![channel.InstructionOf(command)];
        _totals.Moved(timed.Operator, timed.Traffic, group.Bytes);
        ref var sent = ref _sent.Add(_memory.Send(group, channel.Number, cycle));
        (sent.Channel, sent.Command) = (channel.Number, command);
        if (_observed is not null)
        {
            sent.Timing = new(channel.Number, group.Bytes, group.Bursts, group.IsWrite, cycle, cycle);
        }

        if (!channel.IsSending)
        {
            Wake(channel);
        }
    }
}
