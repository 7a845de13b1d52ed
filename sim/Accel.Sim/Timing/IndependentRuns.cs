using System.Runtime.ExceptionServices;
using Accel.Hardware;
using Accel.Isa;
using Accel.Sim.Timing.Stamped;

namespace Accel.Sim.Timing;

/// <summary>
/// Runs of a workload that do not depend on each other, on several threads. Where memory begins every run in the same state, what a run does in each
/// of its cycles depends on that run alone; and all that is reported are sums over runs, so whoever simulates which of them, the report is the one of
/// a single machine that does all.
/// </summary>
/// <remarks>
/// Stretches of consecutive runs are handed out in order to workers with a machine and a memory each, who keep what these have learnt: long ones first, since a
/// run is much like the one before, and short ones at last, so that all end together. So all runs before one that is under way are done or under way, and of
/// several faults the one of the earliest run is found.
/// </remarks>
/// <param name="program">What is run.</param>
/// <param name="hardware">On which machine.</param>
/// <param name="options">With skipping. An observer is told of runs alone: in order, by one thread at a time.</param>
/// <param name="memory">
/// Makes a memory; told whether the workload begins with it (otherwise it is as behind <see cref="IMachineMemory.EndRun"/>), and how many are made.
/// </param>
internal sealed class IndependentRuns(CompiledProgram program, HardwareConfig hardware, TimingOptions options, Func<bool, int, IMachineMemory> memory)
{
    private readonly TimingOptions _unobserved = options with { Observer = null };
    private readonly Lock _lock = new();
    private Workload _workload = new([], 0, 0);
    private RunLengths _lengths = new(new([], 0, 0), null);
    private int _workers;
    private int _handedOut;
    private int _failed = int.MaxValue;
    private ExceptionDispatchInfo? _fault;

    /// <summary>Runs of a stretch, at least, but for the last.</summary>
    public int StretchRuns { get; init; } = 16;

    /// <summary>Threads, if there are as many stretches.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether a machine's runs may be taken apart, and nobody watches their commands.</summary>
    public static bool Are(HardwareConfig hardware, TimingOptions options) =>
        hardware.Memory.Controller.RefreshBetweenRuns && options is { Skip: true, Observer: null or { WantsCommands: false } };

    /// <exception cref="MachineFaultException">Of the earliest run that fails.</exception>
    public TimingReport Run(Workload workload)
    {
        var workers = _workers = Math.Min(Workers, (workload.Runs.Count + StretchRuns - 1) / StretchRuns);
        if (workers <= 1)
        {
            return new StampedMachine(program, hardware, options, memory(true, 1), null).Run(workload, hardware);
        }

        (_workload, _lengths, _handedOut) = (workload, new(workload, options.Observer), 0);
        var machines = new (StampedMachine Machine, int LastRun)?[workers];
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker => machines[worker] = Work());
        _fault?.Throw();

        // Whose memory did the last run says when its last request was answered: that one comes last.
        var reports = machines.OfType<(StampedMachine Machine, int LastRun)>().OrderBy(done => done.LastRun).Select(done => done.Machine.Report(workload, hardware, []));
        return reports.Aggregate((sum, next) => sum.Plus(next)) with { Runs = _lengths.Timings() };
    }

    /// <summary>Takes stretches until none is left, or none matters any more.</summary>
    /// <returns>The machine that did them, if there was one.</returns>
    private (StampedMachine Machine, int LastRun)? Work()
    {
        StampedMachine? machine = null;
        var last = 0;
        while (TryTake(out var run, out var end))
        {
            try
            {
                machine ??= new(program, hardware, _unobserved, memory(run == 0, _workers), null);
                for (; run < end && run < Volatile.Read(ref _failed); run++)
                {
                    Finish(run, machine.Run(_workload, run).Cycles);
                }

                last = end - 1;
            }
            catch (Exception error)
            {
                Fail(run, error);
            }
        }

        return machine is null ? null : (machine, last);
    }

    private bool TryTake(out int first, out int end)
    {
        lock (_lock)
        {
            first = _handedOut;
            var left = _workload.Runs.Count - first;
            end = _fault is null ? first + Math.Min(left, Math.Max(StretchRuns, left / (2 * Workers))) : first;
            _handedOut = end;
            return end > first;
        }
    }

    private void Finish(int run, long cycles)
    {
        lock (_lock)
        {
            _lengths.Add(run, cycles);
        }
    }

    private void Fail(int run, Exception error)
    {
        lock (_lock)
        {
            if (run < _failed)
            {
                (_failed, _fault) = (run, ExceptionDispatchInfo.Capture(error));
            }
        }
    }
}
