using Accel.Report.Charts;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>Every operator under the machine's roof.</summary>
internal static class RooflineSection
{
    private const int MostLabels = 4;

    public static Section Make(IReadOnlyList<Run> runs)
    {
        var there = runs.Where(run => run.Result is { Timing: not null, Hardware: not null }).ToArray();
        var parts = new List<object>(Section.Absences(runs, StepNames.Simulate, result => result.Timing));
        foreach (var name in there.SelectMany(run => run.Result.Timing!.Runs).Select(run => run.Name).Distinct().OrderBy(name => name != "decode"))
        {
            parts.Add(Make(there, name));
        }

        return new(
            "roofline", "Roofline", "What each operator could reach, and what it reaches",
            "The roof is the machine: to the left the memory binds, to the right the arrays. No operator can stand above it; how far below it stands is what is lost.", parts);
    }

    private static Chart Make(IReadOnlyList<Run> runs, string name)
    {
        var timed = runs.Select(run => (Run: run, Timed: run.Result.Timing!.Runs.FirstOrDefault(timed => timed.Name == name))).Where(pair => pair.Timed is not null).ToArray();
        var roofs = runs.Select(run => (run.Index, Machine: run.Result.Hardware!)).DistinctBy(pair => (pair.Machine.Name, pair.Machine.MacsPerCycle, pair.Machine.MemoryBytesPerSecond, pair.Machine.CoreHertz))
            .Select(pair => new Roof(pair.Index, pair.Machine.Name, (double)pair.Machine.MacsPerCycle * pair.Machine.CoreHertz, pair.Machine.MemoryBytesPerSecond)).ToArray();
        var points = new List<RooflinePoint>();
        var data = new List<IReadOnlyList<object?>>();
        var without = 0;
        foreach (var (run, result) in timed)
        {
            var hertz = run.Result.Hardware!.CoreHertz;
            var operators = result!.Operators.Where(op => op is { Macs: > 0, Cycles: > 0 }).ToArray();
            without = Math.Max(without, result.Operators.Count - operators.Length);
            var labelled = operators.GroupBy(op => Grouping.Pattern(op.Name)).OrderByDescending(group => group.Sum(op => op.Cycles)).Take(MostLabels)
                .Select(group => group.MaxBy(op => op.Cycles)!).ToHashSet();
            foreach (var op in operators)
            {
                var intensity = op.DramBytes > 0 ? (double)op.Macs / op.DramBytes : double.PositiveInfinity;
                var rate = (double)op.Macs / op.Cycles * hertz;
                var roof = Math.Min((double)run.Result.Hardware.MacsPerCycle * hertz, intensity * run.Result.Hardware.MemoryBytesPerSecond);
                points.Add(new(
                    run.Index, OperatorFamily.Of(op.Kind).Colour, intensity, rate, (double)op.Cycles / result.Cycles,
                    run.Named(op.Name) + $"\n{Figures.Whole(op.Cycles)} cycles, {Figures.Whole(op.Macs)} MACs, {Figures.Bytes(op.DramBytes)}\n{Figures.Engineering(rate, "MAC/s")}, {Figures.Percent(rate / roof)} of its roof",
                    labelled.Contains(op) && runs.Count == 1 ? op.Name : ""));
                data.Add([run.Column, op.Name, op.Kind, op.Cycles, op.Macs, op.DramBytes, double.IsFinite(intensity) ? intensity : null, rate, roof]);
            }
        }

        var note = "The area of a point is its share of the time." + (without > 0 ? $" {without} operators without multiply-accumulates have no place here." : "");
        var subject = timed is [{ Timed: { } only }] ? $"{Capital(name)}: {Figures.Whole(only.Tokens)} {(only.Tokens == 1 ? "token" : "tokens")} at position {Figures.Whole(only.Position)}" : Capital(name);
        return new(
            $"roofline-{name}", subject, note, OperatorFamily.Legend(timed.SelectMany(pair => pair.Timed!.Operators).Where(op => op.Macs > 0).Select(op => op.Kind)),
            new(["run", "operator", "kind", "cycles", "macs", "dram_bytes", "macs_per_byte", "macs_per_second", "roof_macs_per_second"], data),
            (canvas, svg) => new RooflineChart(roofs, points).Draw(canvas, svg));
    }

    internal static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
