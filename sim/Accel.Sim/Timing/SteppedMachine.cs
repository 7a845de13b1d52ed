using Accel.Core.Units;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim.Kernel;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing;

/// <summary>
/// The machine with clocks, cycle by cycle: <see cref="Step"/> is everything that happens in one. Slow, and the reference for
/// <see cref="Stamped.StampedMachine"/>, which must agree with it in every number.
/// </summary>
internal sealed class SteppedMachine
{
    private readonly CompiledProgram _program;
    private readonly TimingOptions _options;
    private readonly IMachineMemory _memory;
    private readonly CommandExecutor? _executor;
    private readonly Sequencer _sequencer = new();
    private readonly SemaphoreFile _semaphores;
    private readonly UnitId[] _ids;
    private readonly TimedUnit[] _units;
    private readonly DmaTimedUnit[] _channels;
    private readonly CycleLedger[] _ledgers;
    private readonly CycleLedger _sequencerLedger = new();
    private readonly OperatorTotals _totals;
    private readonly OperatorLedger _operators;
    private readonly Dictionary<int, (DmaTimedUnit Channel, Flight Flight, BurstGroupTiming Group)> _sent = [];
    private readonly List<int> _arrived = [];
    private readonly List<RunTiming> _runs = [];
    private EntryPoint? _entry;
    private Instruction? _next;
    private long _nextReady;
    private bool _issued;
    private long _now;
    private long _stepped;

    public SteppedMachine(CompiledProgram program, HardwareConfig hardware, TimingOptions options, IMachineMemory memory, CommandExecutor? executor)
    {
        (_program, _options, _memory, _executor) = (program, options, memory, executor);
        _semaphores = new(program.Machine.Semaphores);
        _ids = Dispatcher.UnitsOf(program.Machine);
        var shares = ScratchpadShares.Of(hardware);
        var (depth, vectors) = (hardware.Sequencer.QueueDepth, new VectorTiming(hardware.VectorUnits, shares));
        _units =
        [
            .. _ids.Select(id => (TimedUnit)(id.Kind switch
            {
                UnitKind.Dma => new DmaTimedUnit(id, depth, hardware.Dma),
                UnitKind.Array => new ArrayTimedUnit(id, depth, hardware.MatMulArrays, shares, options.Ideal.HasFlag(Idealised.Arrays)),
                _ => new VectorTimedUnit(id, depth, vectors, options.Ideal.HasFlag(Idealised.VectorUnits)),
            })),
        ];
        _channels = [.. _units.OfType<DmaTimedUnit>()];
        _ledgers = [.. _units.Select(_ => new CycleLedger())];
        _totals = new(program.Operators);
        _operators = new(_totals);
    }

    public TimingReport Run(Workload workload, HardwareConfig hardware)
    {
        for (var run = 0; run < workload.Runs.Count; run++)
        {
            var start = _now;
            Run(run, workload.Runs[run]);
            if (run + 1 < workload.Runs.Count)
            {
                Rest(_memory.EndRun(_now));
            }

            _runs.Add(new(workload.Runs[run], start, _now));
        }

        return new()
        {
            Program = _program,
            Hardware = hardware,
            Workload = workload,
            Cycles = new Cycles(_now),
            Runs = _runs,
            Units = [.. _units.Select((unit, i) => _ledgers[i].Report($"{unit.Id}"))],
            Sequencer = _sequencerLedger.Report("sequencer"),
            Operators = _totals.Report(),
            Dram = _memory.Finish(),
            Macs = _totals.Macs,
            Bytes = _totals.Bytes,
            SteppedCycles = _stepped,
        };
    }

    private void Run(int run, WorkloadRun parameters)
    {
        _entry = _program.EntryPoints.First(entry => entry.Name == parameters.EntryPoint);
        _operators.BeginRun();
        _semaphores.Clear();
        _executor?.Tracker?.Fence();
        _sequencer.Positions = parameters.Positions;
        _sequencer.Start(_entry, parameters.Position, parameters.Tokens, parameters.Sequence, _options.MaximumSteps);
        _options.Observer?.OnRun(run, _now);
        Fetch(_now);
        while (true)
        {
            var progress = Step(run);
            if (_next is null && _nextReady <= _now && Array.TrueForAll(_units, unit => unit.Queue.Count == 0 && unit.Flights.Count == 0))
            {
                break;
            }

            Account();
            Advance(progress);
        }

        _executor?.Tracker?.Fence();
    }

    /// <summary>Between two runs, nothing is left to do until a cycle.</summary>
    private void Rest(long until)
    {
        while (_now < until)
        {
            Account();
            _now++;
        }
    }

    /// <summary>All that happens in the present cycle, in this order. Nothing that one phase does is seen by an earlier one in the same cycle.</summary>
    /// <returns>Whether anything happened, so that more may in the next cycle.</returns>
    private bool Step(int run)
    {
        var progress = false;
        foreach (var transfer in _arrived)
        {
            Arrive(transfer);
        }

        _arrived.Clear();
        for (var i = 0; i < _units.Length; i++)
        {
            while (_units[i].NextEnd <= _now)
            {
                End(run, i, _units[i].Flights.Dequeue());
                progress = true;
            }
        }

        for (var i = 0; i < _units.Length; i++)
        {
            progress |= TryStart(i);
        }

        foreach (var channel in _channels)
        {
            progress |= TrySend(channel);
        }

        return TryIssue() | progress;
    }

    private void Arrive(int transfer)
    {
        _sent.Remove(transfer, out var sent);
        sent.Channel.Arrived(sent.Flight, _now);
        _options.Observer?.OnBurstGroup(sent.Group with { End = _now });
    }

    private void End(int run, int unit, Flight flight)
    {
        var (command, kind) = (flight.Command, _ids[unit].Kind);
        var shared = _semaphores.Give(unit, command.Signals.AsSpan(), flight.Clock, _executor?.Tracker);
        if (shared >= 0)
        {
            throw CommandExecutor.Fault(
                FaultKind.Unordered, _entry!, flight.Instruction, command, $"signals semaphore {shared}, which another unit signals too");
        }

        if (flight.Clock is not null)
        {
            _executor!.Tracker!.Release(flight.Clock);
        }

        _ledgers[unit].Commands++;
        _operators.Done(flight.Order, kind, command.Operator, _now - flight.Start);
        _options.Observer?.OnCommand(new(run, _ids[unit], flight.Instruction, command, flight.Issued, flight.Start, _now));
    }

    private bool TryStart(int index)
    {
        var unit = _units[index];
        var queue = unit.Queue;
        if (queue.Count == 0 || queue.HeadIssue.Cycle >= _now)
        {
            return false;
        }

        var command = queue.Head;
        var registers = queue.HeadRegisters;
        if (!_semaphores.CanTake(command.Waits.AsSpan()) || unit.EarliestStart(command, registers) > _now)
        {
            return false;
        }

        var instruction = queue.HeadInstruction;
        var shared = _semaphores.Take(index, command.Waits.AsSpan(), _executor?.Tracker);
        if (shared >= 0)
        {
            throw CommandExecutor.Fault(FaultKind.Unordered, _entry!, instruction, command, $"waits for semaphore {shared}, for which another unit waits too");
        }

        _ledgers[index].Resolve(_semaphores, _ids);
        _executor?.Execute(index, _entry!, instruction, command, registers);
        var flight = new Flight
        {
            Command = command,
            Instruction = instruction,
            Order = queue.HeadIssue.Order,
            Issued = queue.HeadIssue.Cycle,
            Start = _now,
            Clock = _executor?.Tracker?.Snapshot(index),
        };
        unit.Start(flight, registers);
        if (command is MatMul product)
        {
            _totals.Multiplied(command.Operator, ProductShape.Of(product, registers).Macs);
        }

        unit.Flights.Enqueue(flight);
        queue.RemoveHead();
        return true;
    }

    private bool TrySend(DmaTimedUnit channel)
    {
        if (channel.NextSend > _now)
        {
            return false;
        }

        var (flight, group) = channel.Send(_now);
        _totals.Moved(flight.Command.Operator, ((DmaCommand)flight.Command).Traffic, group.Bytes);
        var transfer = _memory.Send(group, channel.Id.Index, _now);
        _sent.Add(transfer, (channel, flight, new(channel.Id.Index, group.Bytes, group.Bursts, group.IsWrite, _now, _now)));
        return true;
    }

    private bool TryIssue()
    {
        _issued = false;
        if (_next is null || _nextReady > _now)
        {
            return false;
        }

        if (_next is Command command)
        {
            var queue = _units[Dispatcher.NumberOf(_program.Machine, command.Unit)].Queue;
            if (queue.IsFull)
            {
                return false;
            }

            queue.Add(command, _sequencer.Position, _sequencer.Registers, _now, _operators.Issue(command.Operator));
        }
        else
        {
            if (!Array.TrueForAll(_units, unit => unit.Queue.Count == 0 && unit.Flights.Count == 0))
            {
                return false;
            }

            _executor?.Tracker?.Fence();
            _semaphores.Fence();
        }

        _sequencer.Take();
        _sequencerLedger.Commands++;
        _issued = true;
        Fetch(_now + 1);
        return true;
    }

    /// <summary>
    /// Finds the sequencer's next command or fence, beginning in a cycle: each of its own instructions before it takes a cycle. What
    /// is only shown to observers does not exist in hardware.
    /// </summary>
    private void Fetch(long cycle)
    {
        var before = _sequencer.OwnSteps;
        var kind = _sequencer.Advance();
        while (kind == InstructionKind.Tap)
        {
            _sequencer.Take();
            kind = _sequencer.Advance();
        }

        _next = kind == InstructionKind.End ? null : _sequencer.Current;
        _nextReady = cycle + _sequencer.OwnSteps - before;
    }

    private void Advance(bool progress)
    {
        if (!progress && _sent.Count == 0 && !HasOwnEvent())
        {
            throw new MachineFaultException(
                FaultKind.Deadlock, DeadlockReport.Describe(_entry!, _ids, [.. _units.Select(unit => unit.Queue.Waiting())], _semaphores, _sequencer));
        }

        _now++;
        while (_memory.NextArrival(_now) is var (transfer, _))
        {
            _arrived.Add(transfer);
        }
    }

    /// <summary>Whether anything is known on the chip itself that happens later.</summary>
    private bool HasOwnEvent() =>
        _nextReady > _now
        || Array.Exists(_channels, channel => channel.NextSend != TimedUnit.Never)
        || Array.Exists(_units, unit => unit.NextEnd != TimedUnit.Never
            || (unit.Queue.Count > 0 && _semaphores.CanTake(unit.Queue.Head.Waits.AsSpan())
                && unit.EarliestStart(unit.Queue.Head, unit.Queue.HeadRegisters) != TimedUnit.Never));

    /// <summary>Books the present cycle as it stands after its step.</summary>
    private void Account()
    {
        _stepped++;
        for (var i = 0; i < _units.Length; i++)
        {
            var unit = _units[i];
            if (unit.Flights.Count > 0)
            {
                _ledgers[i].Busy(1);
            }
            else if (unit.Queue.Count > 0 && _semaphores.FirstMissing(unit.Queue.Head.Waits.AsSpan()) is >= 0 and var semaphore)
            {
                _ledgers[i].Waiting(semaphore, 1);
            }
            else
            {
                _ledgers[i].Idle(1);
            }
        }

        _operators.Pass(1);
        if (_issued || _nextReady > _now)
        {
            _sequencerLedger.Busy(1);
        }
        else if (_next is null)
        {
            _sequencerLedger.Idle(1);
        }
        else
        {
            _sequencerLedger.Stalled(_next is Fence ? StallCause.Fence : StallCause.Queue, 1);
        }
    }
}
