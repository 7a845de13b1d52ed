using Accel.Core.Units;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim.Kernel;

namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// The machine with clocks, command by command: each gets the cycles of its issue, start and end as soon as the cycles that these depend
/// on are known, however far ahead of others that is. Nothing but the memory depends on who comes first, so sending to it and its answers
/// alone are taken in order of time. Here is the sequencer; <see cref="StampedUnits"/> has the units.
/// </summary>
internal sealed class StampedMachine
{
    private readonly CompiledProgram _program;
    private readonly TimingOptions _options;
    private readonly IMachineMemory _memory;
    private readonly StampedUnits _units;
    private readonly Sequencer _sequencer = new();
    private readonly CycleLedger _sequencerLedger = new();
    private readonly List<TimedCode> _codes = [];
    private readonly SizeTable _sizes = new();
    private InstructionKind _next;

    /// <summary>All runs before this cycle are over.</summary>
    private long _now;

    /// <summary>The first cycle in which the sequencer can hand out what it holds.</summary>
    private long _ready;

    public StampedMachine(CompiledProgram program, HardwareConfig hardware, TimingOptions options, IMachineMemory memory, CommandExecutor? executor)
    {
        (_program, _options, _memory) = (program, options, memory);
        _units = new(program, hardware, options, memory, executor);
    }

    public TimingReport Run(Workload workload, HardwareConfig hardware)
    {
        var runs = new RunTiming[workload.Runs.Count];
        for (var run = 0; run < runs.Length; run++)
        {
            runs[run] = Run(workload, run);
        }

        return Report(workload, hardware, runs);
    }

    /// <summary>One run of a workload, behind all that were run before.</summary>
    public RunTiming Run(Workload workload, int run)
    {
        var (parameters, start) = (workload.Runs[run], _now);
        var end = Execute(run, parameters, start);
        _now = run + 1 < workload.Runs.Count ? _memory.EndRun(end) : end;
        _sequencerLedger.Idle(_now - _ready);
        _units.CloseRun(_now);
        return new(parameters, start, _now);
    }

    /// <summary>Lets memory end. Nothing is run after that.</summary>
    /// <param name="runs">All that were run.</param>
    public TimingReport Report(Workload workload, HardwareConfig hardware, IReadOnlyList<RunTiming> runs) =>
        new()
        {
            Program = _program,
            Hardware = hardware,
            Workload = workload,
            Cycles = new Cycles(_now),
            Runs = runs,
            Units = _units.Report(),
            Sequencer = _sequencerLedger.Report("sequencer"),
            Operators = _units.Totals.Report(),
            Dram = _memory.Finish(),
            Macs = _units.Totals.Macs,
            Bytes = _units.Totals.Bytes,
            SteppedCycles = 0,
        };

    /// <returns>The first cycle in which all units and the sequencer are done.</returns>
    private long Execute(int run, WorkloadRun parameters, long start)
    {
        var code = CodeOf(parameters.EntryPoint);
        _units.BeginRun(run, code, start);
        _sequencer.Positions = parameters.Positions;
        _sequencer.Start(code.Entry, parameters.Position, parameters.Tokens, parameters.Sequence, _options.MaximumSteps);
        _options.Observer?.OnRun(run, start);
        Fetch(start);
        Issue();
        while (_next != InstructionKind.End || _units.Undone > 0)
        {
            if (!_units.Advance())
            {
                throw _units.Deadlock(_sequencer);
            }

            Issue();
        }

        return Math.Max(_ready, _units.LastEnd);
    }

    private TimedCode CodeOf(string name)
    {
        foreach (var known in _codes)
        {
            if (known.Entry.Name == name)
            {
                return known;
            }
        }

        return AddCode(name);
    }

    private TimedCode AddCode(string name)
    {
        var entry = _program.EntryPoints.First(entry => entry.Name == name);
        var code = new TimedCode(entry, unit => Dispatcher.NumberOf(_program.Machine, unit), _sizes);
        _codes.Add(code);
        return code;
    }

    /// <summary>Hands out commands as far as the cycles of their issue are known.</summary>
    private void Issue()
    {
        while (_next != InstructionKind.End)
        {
            var cycle = _ready;
            if (_next == InstructionKind.Command)
            {
                if (!_units.TryIssue(_sequencer.Position, _sequencer, ref cycle))
                {
                    return;
                }

                _sequencerLedger.Stalled(StallCause.Queue, cycle - _ready);
            }
            else
            {
                if (_units.Undone > 0)
                {
                    return;
                }

                cycle = Math.Max(cycle, _units.LastEnd);
                _sequencerLedger.Stalled(StallCause.Fence, cycle - _ready);
                _units.Fence();
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
}
