using Accel.Report.Charts;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>One decode step as it passed.</summary>
internal static class TimelineSection
{
    public static Section Make(IReadOnlyList<Run> runs)
    {
        var parts = new List<object>(Section.Absences(runs, StepNames.Simulate, result => result.Timing));
        var there = runs.Where(run => run.Result is { Timing: not null, Hardware: not null })
            .Select(run => (Run: run, Timed: run.Result.Timing!.Runs.Where(timed => timed.Timeline is not null).OrderBy(timed => timed.Name != "decode").FirstOrDefault()!))
            .Where(pair => pair.Timed is not null).ToArray();
        if (there.Length > 0)
        {
            parts.Add(Make(there));
        }

        return new("timeline", "Timeline", "One token, from its first command to its last", "Each lane is a unit; under them, how much of the DRAM's peak is in use.", parts);
    }

    private static Chart Make((Run Run, TimedRunResult Timed)[] timed)
    {
        var kinds = timed.SelectMany(pair => pair.Timed.Operators).GroupBy(op => op.Name).ToDictionary(group => group.Key, group => group.First().Kind);
        string Kind(string name) => kinds.GetValueOrDefault(name, "");
        var panels = timed.Select(pair =>
        {
            var (run, result, timeline, machine) = (pair.Run, pair.Timed, pair.Timed.Timeline!, pair.Run.Result.Hardware!);
            var perCycle = (double)machine.MemoryBytesPerSecond / machine.CoreHertz;
            return new TimelinePanel(
                run.Letter.Length == 0 ? "" : run.Named(run.Result.Title), result.Cycles,
                [.. result.Units.Select(unit => unit.Name).Where(unit => timeline.Slices.Any(slice => slice.Unit == unit))],
                [.. timeline.Slices.Select(slice => new TimelineSlice(slice.Unit, OperatorFamily.Of(Kind(slice.Operator)).Colour, slice.Start, slice.End, $"{run.Named(slice.Operator)}\n{slice.Unit}\ncycles {Figures.Whole(slice.Start)} to {Figures.Whole(slice.End)}"))],
                [
                    .. timeline.Bandwidth.Select(sample =>
                    {
                        var share = (sample.ReadBytes + sample.WriteBytes) / (perCycle * (sample.End - sample.Start));
                        return new TimelineSample(sample.Start, sample.End, share, $"{run.Named("DRAM")}\n{Figures.Percent(share)} of peak\n{Figures.Bytes(sample.ReadBytes)} read, {Figures.Bytes(sample.WriteBytes)} written\ncycles {Figures.Whole(sample.Start)} to {Figures.Whole(sample.End)}");
                    }),
                ]);
        }).ToArray();
        return new(
            "timeline-decode", $"{RooflineSection.Capital(timed[0].Timed.Name)} at position {Figures.Whole(timed[0].Timed.Position)}", "",
            OperatorFamily.Legend(timed.SelectMany(pair => pair.Timed.Timeline!.Slices).Select(slice => Kind(slice.Operator))),
            new(
                ["run", "lane", "operator", "start_cycle", "end_cycle", "read_bytes", "write_bytes"],
                [
                    .. timed.SelectMany(pair => pair.Timed.Timeline!.Slices.Select(slice => new object?[] { pair.Run.Column, slice.Unit, slice.Operator, slice.Start, slice.End, null, null })
                        .Concat(pair.Timed.Timeline.Bandwidth.Select(sample => new object?[] { pair.Run.Column, "DRAM", null, sample.Start, sample.End, sample.ReadBytes, sample.WriteBytes }))),
                ]),
            (canvas, svg) => new TimelineChart(panels, "cycles", Figures.Count).Draw(canvas, svg));
    }
}
