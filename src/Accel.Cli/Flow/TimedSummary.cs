using System.Globalization;
using Accel.Cli.Verbs;
using Accel.Core.Units;
using Accel.Hardware;
using Accel.Isa;
using Accel.Report.Results;
using Accel.Sim.Reports;
using Accel.Sim.Timing;

namespace Accel.Cli.Flow;

/// <summary>Simulated time for the report: a prompt, a decode step, and what binds the step.</summary>
internal static class TimedSummary
{
    /// <summary>Simulations that a summary takes, at most.</summary>
    public const int Simulations = 7;

    /// <param name="promptTokens">Of the prompt, from position 0; 0 for none.</param>
    /// <param name="position">Of the decode step.</param>
    /// <param name="progress">Told the simulations that are done.</param>
    public static TimingResult Of(CompiledProgram program, HardwareConfig machine, int promptTokens, long position, Action<long> progress)
    {
        var done = 0;
        var step = Workload.Decode(program, position);
        var decode = Counted(Run("decode", program, machine, step, position, withTimeline: true));
        var bottlenecks = Bottlenecks.Find(decode.Report, ideal => Counted(TimedSimulation.Run(program, machine, step, new() { Ideal = ideal })).Cycles.Value);
        var (binding, explanation) = Explain(bottlenecks, Roofline.Of(decode.Report));
        return new(
            binding, explanation,
            promptTokens == 0 ? [decode.Result] : [decode.Result, Counted(Run("prefill", program, machine, Workload.Prefill(program, promptTokens), 0, withTimeline: false)).Result]);

        T Counted<T>(T value)
        {
            progress(++done);
            return value;
        }
    }

    private static (TimedRunResult Result, TimingReport Report) Run(string name, CompiledProgram program, HardwareConfig machine, Workload workload, long position, bool withTimeline)
    {
        var observer = new RunObserver(program);
        var report = TimedSimulation.Run(program, machine, workload, new() { Observer = observer });
        UnitTiming[] units = [.. report.Units, report.Sequencer];
        var result = new TimedRunResult(
            name, workload.ProcessedTokens, position, report.Cycles.Value, checked((long)report.Macs), report.TotalBytes,
            [.. units.Select(unit => new UnitTimeResult(unit.Name, unit.Busy, [.. Enum.GetValues<StallCause>().Select(cause => new StallResult(Reason(cause), unit.StalledOn[(int)cause])).Where(stall => stall.Cycles > 0)], unit.Idle))],
            [.. report.Operators.Select((op, i) => new OperatorTimeResult(op.Name, op.Kind, op.Cycles, observer.ActiveCycles(i), checked((long)op.Macs), op.TotalBytes))],
            withTimeline ? observer.Timeline([.. report.Units.Select(unit => unit.Name)], report.Cycles.Value) : null);
        return (result, report);
    }

    /// <summary>In the words of <c>accel why</c>.</summary>
    private static (string Binding, string Explanation) Explain(Bottlenecks bottlenecks, Roofline roofline)
    {
        var without = ((double)bottlenecks.Single[0].Cycles / bottlenecks.Cycles).ToString("0 %", CultureInfo.InvariantCulture);
        var name = SimOutput.Name(bottlenecks.Binding);
        var next = $"then {SimOutput.Name(bottlenecks.NextBinding)} would bind";
        var reached = $"{Engineering.Format(roofline.BytesPerSecond, "B/s")} is {roofline.BytesPerSecond / roofline.RefreshLimitedBytesPerSecond:0 %} of what refresh leaves of the memory";
        return WhyAnswer.Binds(bottlenecks)
            ? (name, $"without the time of {name} a token would take {without} of its cycles, and {next}; {reached}")
            : ("nothing alone", $"without the time of {name} a token would still take {without} of its cycles: commands wait for each other; {reached}");
    }

    private static string Reason(StallCause cause) => "waits for " + WhyAnswer.Cause(cause);
}
