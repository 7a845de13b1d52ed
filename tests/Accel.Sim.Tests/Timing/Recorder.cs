using Accel.Sim.Timing;

namespace Accel.Sim.Tests.Timing;

/// <summary>Keeps all that an observer is told.</summary>
internal sealed class Recorder : ITimingObserver
{
    public List<CommandTiming> Commands { get; } = [];

    public List<BurstGroupTiming> Groups { get; } = [];

    public List<(int Run, long Start)> Runs { get; } = [];

    public void OnRun(int run, long start) => Runs.Add((run, start));

    public void OnCommand(in CommandTiming timing) => Commands.Add(timing);

    public void OnBurstGroup(in BurstGroupTiming timing) => Groups.Add(timing);

    /// <summary>Every number of a report, as text.</summary>
    public static string Print(TimingReport report) => string.Join('\n', [
        $"{report.Cycles.Value} cycles, {report.Macs} products, bytes {string.Join(' ', report.Bytes)}",
        .. report.Runs.Select(run => $"{run}"),
        .. report.Units.Append(report.Sequencer).Select(unit => $"{unit.Name} {unit.Busy} {string.Join('/', unit.StalledOn)} {unit.Idle} {unit.Commands}"),
        .. report.Operators.Select(op => $"{op.Name} {op.Cycles} {op.Commands} {op.Macs} {string.Join(' ', op.Bytes)} {string.Join(' ', op.BusyCycles)}"),
        .. report.Dram is null ? (string[])[] : [
            $"{report.Dram.Cycles} {report.Dram.SimulatedCycles} {report.Dram.Queued} {report.Dram.TransfersUnderWay}",
            string.Join(' ', report.Dram.Total.Sums), string.Join(' ', report.Dram.Total.Peaks),
            string.Join(' ', report.Dram.Total.Latencies.NonEmpty()),
            .. Enumerable.Range(0, report.Dram.Config.Channels).Select(c => string.Join(' ', report.Dram.CountersOf(c, 0).Sums)),
        ],
    ]);
}
