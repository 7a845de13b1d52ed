using Accel.Sim.Timing;

namespace Accel.Cli.Verbs;

/// <summary>Shows how many runs of a workload are done, and hands everything on to another observer if there is one.</summary>
internal sealed class RunProgress(Progress progress, ITimingObserver? next) : ITimingObserver
{
    /// <summary>An observer for a workload: progress where there is more than one run and someone to see it.</summary>
    public static ITimingObserver? For(Terminal terminal, Workload workload, ITimingObserver? next, out Progress progress)
    {
        progress = new(terminal, "runs", workload.Runs.Count);
        return workload.Runs.Count > 1 && !Console.IsErrorRedirected ? new RunProgress(progress, next) : next;
    }

    public bool WantsCommands => next?.WantsCommands ?? false;

    public void OnRun(int run, long start)
    {
        progress.Report(run);
        next?.OnRun(run, start);
    }

    public void OnCommand(in CommandTiming timing) => next?.OnCommand(timing);

    public void OnBurstGroup(in BurstGroupTiming timing) => next?.OnBurstGroup(timing);
}
