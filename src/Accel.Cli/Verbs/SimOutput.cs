using System.Globalization;
using Accel.Core.Units;
using Accel.Isa.Commands;
using Accel.Report;
using Accel.Sim.Reports;
using Accel.Sim.Timing;

namespace Accel.Cli.Verbs;

/// <summary>A timed run as text: what it took, against what bound, and where cycles and bytes went.</summary>
internal static class SimOutput
{
    /// <summary>Rows of operators that are shown where not all are asked for.</summary>
    private const int MostOperators = 12;

    public static void Print(Terminal terminal, TimedResult result, bool all)
    {
        var (output, report) = (terminal.Output, result.Report);
        output.WriteLine($"{Terminal.Shown(result.Model.Name)} on {result.Model.Hardware.Name}: {result.Model.Description}");
        output.WriteLine(Invariant($"{report.Cycles} at {result.Model.Hardware.Clocks.Core} = {Engineering.Format(report.Seconds, "s")}, {Engineering.Digits(result.TokensPerSecond)} tokens/s"));
        if (result.Phases.Count > 1)
        {
            terminal.WriteTable(
                ["phase", "runs", "tokens", "cycles", "time", "tokens/s"],
                result.Phases.Select(phase => new[]
                {
                    phase.Name, Invariant($"{phase.Runs:N0}"), Invariant($"{phase.Tokens:N0}"), Invariant($"{phase.Cycles:N0}"), Engineering.Format(phase.Seconds, "s"), Engineering.Digits(phase.TokensPerSecond),
                }));
        }

        PrintRoofline(terminal, result);
        PrintBytes(terminal, result);
        PrintUnits(terminal, result, all);
        PrintOperators(terminal, result, all);
        PrintEnergy(output, result);
    }

    public static string Name(Resource resource) => resource switch
    {
        Resource.Memory => "memory",
        Resource.Arrays => "the arrays",
        _ => "the vector units",
    };

    private static void PrintRoofline(Terminal terminal, TimedResult result)
    {
        var roofline = result.Roofline;
        terminal.WriteTable(
            ["resource", "achieved", "peak", "share", "cycles at peak"],
            [
                [
                    "memory, less refresh", Engineering.Format(roofline.BytesPerSecond, "B/s"), Engineering.Format(roofline.RefreshLimitedBytesPerSecond, "B/s"),
                    Engineering.Percent(roofline.BytesPerSecond / roofline.RefreshLimitedBytesPerSecond), Invariant($"{roofline.MemoryCycles:N0}"),
                ],
                [
                    "arrays, 8-bit codes", Engineering.Format(2 * roofline.MacsPerSecond, "OPS"), Engineering.Format(2 * roofline.PeakMacsPerSecond, "OPS"),
                    Engineering.Percent(roofline.MacsPerSecond / roofline.PeakMacsPerSecond), Invariant($"{roofline.ComputeCycles:N0}"),
                ],
            ]);
        terminal.Output.WriteLine($"bound by {Name(roofline.Binding)}: {Engineering.Digits(roofline.MacsPerByte)} MAC/B, the ridge is at {Engineering.Digits(roofline.Ridge)}; the bound takes {Engineering.Percent(roofline.Reached)} of this run's cycles");
    }

    private static void PrintBytes(Terminal terminal, TimedResult result)
    {
        var classes = Enum.GetValues<TrafficClass>().Where(traffic => result.Bytes(traffic) > 0).ToList();
        terminal.WriteTable(
            ["DRAM traffic", .. classes.Select(traffic => traffic.ToString().ToLowerInvariant()), "all", "needed"],
            [["bytes", .. classes.Select(traffic => new Bytes(result.Bytes(traffic)).ToString()), new Bytes(result.Report.TotalBytes).ToString(), new Bytes(result.BytesNeeded).ToString()]]);
    }

    private static void PrintUnits(Terminal terminal, TimedResult result, bool all)
    {
        var causes = Enum.GetValues<StallCause>();
        var groups = all
            ? result.Report.Units.Append(result.Report.Sequencer).Select(unit => (unit.Name, Units: new List<UnitTiming> { unit }))
            : result.UnitKinds.Select(kind => (Name: kind.Count() > 1 ? Invariant($"{kind.Count()} x {kind.Key}") : kind.Key, Units: kind.ToList()));
        terminal.WriteTable(
            ["unit", "busy", .. causes.Select((cause, i) => (i == 0 ? "waits: " : "") + cause.ToString().ToLowerInvariant()), "idle"],
            groups.Select(group => new[] { group.Name, Share(group.Units, unit => unit.Busy) }
                .Concat(causes.Select(cause => Share(group.Units, unit => unit.StalledOn[(int)cause])))
                .Append(Share(group.Units, unit => unit.Idle))
                .ToArray()));

        string Share(List<UnitTiming> units, Func<UnitTiming, long> part) =>
            units.Sum(part) is var sum && sum == 0 ? "-" : Engineering.Percent(sum / ((double)units.Count * Math.Max(1, result.Report.Cycles.Value)));
    }

    private static void PrintOperators(Terminal terminal, TimedResult result, bool all)
    {
        var report = result.Report;
        var rows = report.Operators
            .Select((op, i) => (Op: op, Needed: result.OperatorBytesNeeded[i]))
            .GroupBy(each => all ? each.Op.Name : LayerNames.Pattern(each.Op.Name), StringComparer.Ordinal)
            .Select(group => (
                Name: group.Key, Cycles: group.Sum(each => each.Op.Cycles), Macs: group.Aggregate(Int128.Zero, (sum, each) => sum + each.Op.Macs),
                Bytes: group.Sum(each => each.Op.TotalBytes), Needed: group.Sum(each => each.Needed)))
            .ToList();
        if (!all)
        {
            rows = [.. rows.OrderByDescending(row => row.Cycles).ThenBy(row => row.Name, StringComparer.Ordinal)];
            if (rows.Count > MostOperators + 1)
            {
                var others = rows[MostOperators..];
                rows = [.. rows[..MostOperators], (
                    Invariant($"{others.Count} others"), others.Sum(row => row.Cycles), others.Aggregate(Int128.Zero, (sum, row) => sum + row.Macs),
                    others.Sum(row => row.Bytes), others.Sum(row => row.Needed))];
            }
        }

        terminal.WriteTable(
            ["operator", "cycles", "share", "MAC", "bytes", "needed"],
            rows.Select(row => new[]
            {
                row.Name, Invariant($"{row.Cycles:N0}"), Engineering.Percent(row.Cycles / (double)Math.Max(1, report.Cycles.Value)),
                row.Macs == 0 ? "-" : Engineering.Format((double)row.Macs), row.Bytes == 0 ? "-" : new Bytes(row.Bytes).ToString(), row.Needed == 0 ? "-" : new Bytes(row.Needed).ToString(),
            }));
    }

    private static void PrintEnergy(TextWriter output, TimedResult result)
    {
        var energy = result.Energy;
        var tokens = result.Phases.Sum(phase => phase.Tokens);
        output.WriteLine($"energy, lower estimate: {Engineering.Format(energy.Joules / tokens, "J")} a token, {Engineering.Format(energy.Watts, "W")}");
        foreach (var part in energy.Parts)
        {
            output.WriteLine($"  {Engineering.Percent(part.Joules / energy.Joules),6}  {part.Name} ({part.Source})");
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
