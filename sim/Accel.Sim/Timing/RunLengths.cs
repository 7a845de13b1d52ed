namespace Accel.Sim.Timing;

/// <summary>What each run of a workload took, as it becomes known in any order. An observer is told of each run when its start is known: in order.</summary>
internal sealed class RunLengths
{
    private readonly Workload _workload;
    private readonly ITimingObserver? _observer;
    private readonly long[] _cycles;
    private int _started = -1;
    private long _start;

    public RunLengths(Workload workload, ITimingObserver? observer)
    {
        (_workload, _observer, _cycles) = (workload, observer, new long[workload.Runs.Count]);
        Array.Fill(_cycles, -1);
        Start();
    }

    /// <summary>Takes down what a run took.</summary>
    public void Add(int run, long cycles)
    {
        _cycles[run] = cycles;
        while (_started < _cycles.Length && _cycles[_started] >= 0)
        {
            _start += _cycles[_started];
            Start();
        }
    }

    /// <summary>When each run started and ended, once all are known.</summary>
    public RunTiming[] Timings()
    {
        var (timings, start) = (new RunTiming[_cycles.Length], 0L);
        for (var run = 0; run < timings.Length; run++)
        {
            timings[run] = new(_workload.Runs[run], start, start + _cycles[run]);
            start = timings[run].End;
        }

        return timings;
    }

    private void Start()
    {
        if (++_started < _cycles.Length)
        {
            _observer?.OnRun(_started, _start);
        }
    }
}
