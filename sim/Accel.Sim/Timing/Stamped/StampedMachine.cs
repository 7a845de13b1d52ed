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
    private readonly ObservedOrder? _observed;
    private readonly Sequencer _sequencer = new();
    private readonly CycleLedger _sequencerLedger = new();
    private readonly SemaphoreFile _semaphores;
    private readonly UnitId[] _ids;
    private readonly StampedUnit[] _units;
    private readonly StampedDma[] _channels;
    private readonly OperatorTotals _totals;
    private readonly OperatorStamps _operators;
    private readonly List<(int Transfer, int Channel, long Number, BurstGroupTiming Group)> _sent = [];
    private readonly List<RunTiming> _runs = [];

    /// <summary>Units to look at again.</summary>
    private readonly Stack<int> _awake = new();

    /// <summary>Who waits for a semaphore to be given: a unit, <see cref="None"/> or <see cref="Several"/>.</summary>
    private readonly int[] _waiting;
    private readonly List<TimedCode> _codes = [];
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
        (_program, _options, _memory, _executor) = (program, options, memory, executor);
        _observed = options.Observer is { WantsCommands: true } observer ? new(observer) : null;
        _semaphores = new(program.Machine.Semaphores);
        _waiting = new int[program.Machine.Semaphores];
        _ids = Dispatcher.UnitsOf(program.Machine);
        var shares = ScratchpadShares.Of(hardware);
        var (depth, vectors) = (hardware.Sequencer.QueueDepth, new VectorTiming(hardware.VectorUnits, shares));
        _units =
        [
            .. _ids.Select(id => (StampedUnit)(id.Kind switch
            {
                UnitKind.Dma => new StampedDma(id, depth, hardware.Dma),
                UnitKind.Array => new StampedArray(id, depth, hardware.MatMulArrays, shares, options.Ideal.HasFlag(Idealised.Arrays)),
                _ => new StampedVector(id, depth, vectors, options.Ideal.HasFlag(Idealised.VectorUnits)),
            })),
        ];
        _channels = [.. _units.OfType<StampedDma>()];
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
        _executor?.Tracker?.Fence();
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

            if (!TakeMemoryStep())
            {
                throw new MachineFaultException(
                    FaultKind.Deadlock, DeadlockReport.Describe(_code.Entry, _ids, [.. _units.Select(unit => unit.Queue.Waiting())], _semaphores, _sequencer));
            }
        }

        var end = Math.Max(_ready, _lastEnd);
        _sequencerLedger.Idle(end - _ready);
        foreach (var unit in _units)
        {
            unit.CloseRun(end);
        }

        _operators.Close(end);
        _observed?.TellUntil(StampedUnit.Never);
        _executor?.Tracker?.Fence();
        return end;
    }

    private TimedCode CodeOf(string name)
    {
        var known = _codes.Find(code => code.Entry.Name == name);
        if (known is null)
        {
            known = new(_program.EntryPoints.First(entry => entry.Name == name), unit => Dispatcher.NumberOf(_program.Machine, unit));
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
                var command = _code!.At(_sequencer.Position);
                var queue = _units[command.Unit].Queue;
                if (queue.IsFull)
                {
                    return;
                }

                cycle = Math.Max(cycle, queue.RoomSince);
                queue.Add(command, cycle, _operators.Issue(command.Operator, cycle), _registers.Take(_sequencer.Registers, _sequencer.Changes));
                _undone++;
                _sequencerLedger.Stalled(StallCause.Queue, cycle - _ready);
                if (queue.Count == 1)
                {
                    _awake.Push(command.Unit);
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
                _executor?.Tracker?.Fence();
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
            while (TryStart(number))
            {
            }
        }
    }

    private bool TryStart(int number)
    {
        var unit = _units[number];
        var queue = unit.Queue;
        if (queue.Count == 0)
        {
            return false;
        }

        var timed = queue.Head;
        var waits = _code!.Uses(timed.Waits);
        var ready = _semaphores.ReadyAt(waits, out var last);
        if (ready == StampedUnit.Never)
        {
            ref var waiting = ref _waiting[last];
            waiting = waiting == None || waiting == number ? number : Several;
            return false;
        }

        var (issued, order, snapshot) = queue.HeadIssue;
        var registers = _registers[snapshot];
        var start = unit.EarliestStart(timed, registers, Math.Max(Math.Max(issued, unit.LastStart) + 1, ready));
        if (start == StampedUnit.Never)
        {
            return false;
        }

        var shared = _semaphores.Take(number, waits, _executor?.Tracker);
        if (shared >= 0)
        {
            throw CommandExecutor.Fault(FaultKind.Unordered, _code.Entry, timed.Instruction, timed.Command, $"waits for semaphore {shared}, for which another unit waits too");
        }

        _executor?.Execute(number, _code.Entry, timed.Instruction, timed.Command, registers);
        var giver = last < 0 ? -1 : _semaphores.GiverOf(last);
        var stamps = new StampedCommand(
            timed, order, issued, ready, giver < 0 ? StallCause.Fence : (StallCause)_ids[giver].Kind, start, _executor?.Tracker?.Snapshot(number));
        if (timed.Kind == TimedKind.Product)
        {
            _totals.Multiplied(timed.Operator, timed.Passes!.Shape);
        }

        var end = unit.Start(stamps, registers);
        queue.RemoveHead(start);
        _registers.Release(snapshot);
        if (end != StampedUnit.Never)
        {
            End(number, stamps, end);
        }
        else
        {
            EndTransfers(number);
        }

        return true;
    }

    private void EndTransfers(int channel)
    {
        while (_channels[channel].TryEnd(out var command, out var end))
        {
            End(channel, command, end);
        }
    }

    private void End(int number, in StampedCommand stamps, long end)
    {
        var command = stamps.Command;
        var signals = _code!.Uses(command.Signals);
        var shared = _semaphores.Give(number, signals, stamps.Clock, _executor?.Tracker, end);
        if (shared >= 0)
        {
            throw CommandExecutor.Fault(
                FaultKind.Unordered, _code.Entry, command.Instruction, command.Command, $"signals semaphore {shared}, which another unit signals too");
        }

        if (stamps.Clock is not null)
        {
            _executor!.Tracker!.Release(stamps.Clock);
        }

        foreach (var use in signals)
        {
            Wake(ref _waiting[use.Semaphore]);
        }

        _lastEnd = Math.Max(_lastEnd, end);
        _undone--;
        _operators.Done(stamps, _ids[number].Kind, end);
        _observed?.Add(new(_run, _ids[number], command.Instruction, command.Command, stamps.Issued, stamps.Start, end), number, stamps.Order);
    }

    private void Wake(ref int waiting)
    {
        if (waiting >= 0)
        {
            _awake.Push(waiting);
        }
        else if (waiting == Several)
        {
            for (var unit = 0; unit < _units.Length; unit++)
            {
                _awake.Push(unit);
            }
        }

        waiting = None;
    }

    /// <summary>
    /// The next thing between chip and memory: answers first, then sending in the order of the channels. All cycles that do not depend on it are
    /// known, so nothing that becomes known later lies before it.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    private bool TakeMemoryStep()
    {
        var (sender, cycle) = (None, StampedUnit.Never);
        for (var channel = 0; channel < _channels.Length; channel++)
        {
            if (_channels[channel].NextSend < cycle)
            {
                (sender, cycle) = (channel, _channels[channel].NextSend);
            }
        }

        if (_sent.Count > 0 && _memory.NextArrival(cycle) is var (transfer, arrival))
        {
            Arrive(transfer, arrival);
        }
        else if (sender >= 0)
        {
            Send(sender);
        }
        else
        {
            return false;
        }

        Propagate();
        return true;
    }

    private void Arrive(int transfer, long cycle)
    {
        // Few are under way, and the oldest arrive first.
        var at = 0;
        while (_sent[at].Transfer != transfer)
        {
            at++;
        }

        var sent = _sent[at];
        _sent.RemoveAt(at);
        _observed?.Group(sent.Group with { End = cycle });
        _channels[sent.Channel].Arrived(sent.Number, cycle);
        EndTransfers(sent.Channel);
        _awake.Push(sent.Channel);
    }

    private void Send(int number)
    {
        var channel = _channels[number];
        var cycle = channel.NextSend;
        var (descriptor, bytes, bursts, command) = channel.Send();
        var dma = channel.CommandOf(command);
        _totals.Moved(dma.Operator, ((DmaCommand)dma.Command).Traffic, bytes);
        _sent.Add((_memory.Send(descriptor, number, cycle), number, command, new(number, bytes, bursts, descriptor.IsWrite, cycle, cycle)));
        _awake.Push(number);
    }
}
