using Accel.Cli.Integer;
using Accel.Isa.Commands;
using Accel.Sim.Reports;
using Accel.Sim.Timing;

namespace Accel.Cli.Verbs;

/// <summary>One phase of a workload.</summary>
/// <param name="Name"><c>prefill</c> or <c>decode</c>.</param>
/// <param name="Tokens">That went through the model.</param>
internal sealed record TimedPhase(string Name, int Runs, long Tokens, long Cycles, double Seconds)
{
    public double TokensPerSecond => Tokens / Seconds;

    /// <summary>The phases of a run, in order; their cycles add up to the total.</summary>
    public static IReadOnlyList<TimedPhase> Of(TimingReport report) =>
    [
        .. from run in report.Runs
           group run by run.Run.EntryPoint == "prefill" ? "prefill" : "decode" into phase
           let cycles = phase.Sum(run => run.Cycles)
           select new TimedPhase(phase.Key, phase.Count(), phase.Sum(run => (long)run.Run.Tokens), cycles, cycles / (double)report.Hardware.Clocks.Core.Value),
    ];

    /// <summary>Tokens that users get per second while decoding; of a run without decode, tokens of the prompt.</summary>
    public static double Rate(IReadOnlyList<TimedPhase> phases) => (phases.FirstOrDefault(phase => phase.Name == "decode") ?? phases[0]).TokensPerSecond;
}

/// <summary>A timed run with what follows from it, for table, JSON and prose alike.</summary>
internal sealed class TimedResult(TimedModel model, TimingReport report)
{
    public TimedModel Model { get; } = model;

    public TimingReport Report { get; } = report;

    public Roofline Roofline { get; } = Roofline.Of(report);

    public EnergyEstimate Energy { get; } = EnergyEstimate.Of(report);

    public IReadOnlyList<long> OperatorBytesNeeded { get; } = model.OperatorBytesNeeded();

    public long BytesNeeded => OperatorBytesNeeded.Sum();

    /// <summary>Prefill and decode, in order.</summary>
    public IReadOnlyList<TimedPhase> Phases { get; } = TimedPhase.Of(report);

    public double TokensPerSecond => TimedPhase.Rate(Phases);

    /// <summary>Units by kind, in the order of the report, the sequencer last.</summary>
    public IEnumerable<IGrouping<string, UnitTiming>> UnitKinds => Report.Units.Append(Report.Sequencer).GroupBy(unit => unit.Name.TrimEnd("0123456789".ToCharArray()));

    public long Bytes(TrafficClass traffic) => Report.Bytes[(int)traffic];
}
