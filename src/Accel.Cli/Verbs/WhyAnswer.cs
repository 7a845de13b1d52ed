using System.Globalization;
using System.Text.Json;
using Accel.Cli.Integer;
using Accel.Core.Units;
using Accel.Report;
using Accel.Sim.Reports;
using Accel.Sim.Timing;

namespace Accel.Cli.Verbs;

/// <summary>The answer of <c>accel why</c>, in prose and as JSON.</summary>
internal sealed class WhyAnswer(TimedResult result, Bottlenecks bottlenecks, IReadOnlyList<ChangeOutcome> changes)
{
    /// <summary>A resource that gains less than this when it is free binds nothing.</summary>
    private const double LeastGain = 1.05;

    /// <summary>Shares below this are not worth a word.</summary>
    private const double LeastShare = 0.001;

    private long Cycles => result.Report.Cycles.Value;

    /// <summary>Whether one resource binds the run; otherwise its commands wait for each other.</summary>
    public static bool Binds(Bottlenecks bottlenecks) => bottlenecks.Gain >= LeastGain;

    private bool IsBound => Binds(bottlenecks);

    public void Print(Terminal terminal)
    {
        var output = terminal.Output;
        output.WriteLine($"{result.Model.Name} on {result.Model.Hardware.Name}: {result.Model.Description}");
        output.WriteLine($"{Engineering.Format(result.Report.Seconds, "s")}, {Engineering.Digits(result.TokensPerSecond)} tokens/s.");
        output.WriteLine();
        foreach (var paragraph in new[] { Binding(), Roof(), Next(), Operators(), Waits() })
        {
            Prose.Write(output, paragraph);
        }

        output.WriteLine("What a change would bring, each compiled and simulated:");
        terminal.WriteTable(
            ["change", "time", "tokens/s", "faster"],
            changes.Select(change => change.Report is { } report
                ? new[] { change.Name, Engineering.Format(report.Seconds, "s"), Engineering.Digits(TokensPerSecond(report)), Times(result.Report.Seconds / report.Seconds) }
                : [change.Name, "-", "-", change.Obstacle!]));
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("model", result.Model.Name);
        writer.WriteString("hardware", result.Model.Hardware.Name);
        writer.WriteString("work", result.Model.Description);
        writer.WriteNumber("cycles", Cycles);
        writer.WriteNumber("seconds", result.Report.Seconds);
        writer.WriteNumber("tokens_per_second", result.TokensPerSecond);
        writer.WriteString("binding", IsBound ? Snake($"{bottlenecks.Binding}") : "none");
        writer.WriteNumber("gain_without_binding", bottlenecks.Gain);
        writer.WriteString("next_binding", Snake($"{bottlenecks.NextBinding}"));
        writer.WriteString("roofline_binding", Snake($"{result.Roofline.Binding}"));
        writer.WriteNumber("roofline_reached", result.Roofline.Reached);
        writer.WriteStartArray("reruns");
        foreach (var relief in bottlenecks.Single.Concat(bottlenecks.Next))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("takes_no_time");
            foreach (var flag in Enum.GetValues<Idealised>().Where(flag => flag != Idealised.None && relief.Without.HasFlag(flag)))
            {
                writer.WriteStringValue(Snake($"{flag}"));
            }

            writer.WriteEndArray();
            writer.WriteNumber("cycles", relief.Cycles);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("changes");
        foreach (var change in changes)
        {
            writer.WriteStartObject();
            writer.WriteString("change", change.Name);
            if (change.Report is { } report)
            {
                writer.WriteNumber("seconds", report.Seconds);
                writer.WriteNumber("tokens_per_second", TokensPerSecond(report));
                writer.WriteNumber("faster", result.Report.Seconds / report.Seconds);
            }
            else
            {
                writer.WriteString("obstacle", change.Obstacle);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private string Binding()
    {
        var others = string.Join(", ", bottlenecks.Single.Skip(1).Select(relief => $"{Times(Gain(relief))} without {SimOutput.Name(Bottlenecks.ResourceOf(relief.Without))}"));
        var binding = SimOutput.Name(bottlenecks.Binding);
        return IsBound
            ? $"What binds it: {binding}. The run would be {Times(bottlenecks.Gain)} as fast without the time of {binding}; {others}."
            : $"What binds it: nothing alone. The run would be {Times(bottlenecks.Gain)} as fast without the time of {binding}; {others}. Its commands wait for each other.";
    }

    private string Roof()
    {
        var roofline = result.Roofline;
        var moved = Engineering.Format(result.Report.TotalBytes, "B");
        var excess = result.BytesNeeded > 0 ? (result.Report.TotalBytes / (double)result.BytesNeeded) - 1 : 0;
        return roofline.Binding == Resource.Memory
            ? $"Against the roofline: it moves {moved}, {Engineering.Percent(excess)} more than it must, at {Engineering.Format(roofline.BytesPerSecond, "B/s")}: {Engineering.Percent(roofline.Reached)} of what refresh leaves of the memory. The arrays do {Engineering.Percent(roofline.MacsPerSecond / roofline.PeakMacsPerSecond)} of their peak."
            : $"Against the roofline: it does {Engineering.Format((double)result.Report.Macs, "MAC")} at {Engineering.Percent(roofline.Reached)} of the arrays' peak, and moves {moved} at {Engineering.Percent(roofline.BytesPerSecond / roofline.RefreshLimitedBytesPerSecond)} of what refresh leaves of the memory.";
    }

    private string Next()
    {
        var (both, alone) = (bottlenecks.Next[0], bottlenecks.Single[0]);
        var gain = (double)alone.Cycles / both.Cycles;
        var without = SimOutput.Name(bottlenecks.Binding);
        return gain >= LeastGain
            ? $"What would bind next: {SimOutput.Name(bottlenecks.NextBinding)}. Without the time of either the run would be {Times(Gain(both))} as fast."
            : $"What would bind next: nothing alone; beside {without}, {SimOutput.Name(bottlenecks.NextBinding)} would gain no more than {Times(gain)}.";
    }

    private string Operators()
    {
        const int Shown = 3;
        var groups = result.Report.Operators
            .GroupBy(op => LayerNames.Pattern(op.Name), StringComparer.Ordinal)
            .Select(group => (Name: group.Key, Cycles: group.Sum(op => op.Cycles)))
            .OrderByDescending(group => group.Cycles).ThenBy(group => group.Name, StringComparer.Ordinal)
            .Take(Shown);
        return $"Where: {string.Join(", ", groups.Select(group => $"{group.Name} {Engineering.Percent(group.Cycles / (double)Cycles)}"))} of the cycles.";
    }

    private string Waits()
    {
        var parts = new List<string>();
        foreach (var kind in result.UnitKinds.Where(kind => kind.Key != result.Report.Sequencer.Name))
        {
            var all = (double)kind.Count() * Cycles;
            var cause = Enum.GetValues<StallCause>().MaxBy(each => kind.Sum(unit => unit.StalledOn[(int)each]));
            var longest = kind.Sum(unit => unit.StalledOn[(int)cause]);
            parts.Add($"{kind.Key} is busy {Engineering.Percent(kind.Sum(unit => unit.Busy) / all)}"
                + (longest > 0 ? $", waits {Engineering.Percent(longest / all)} for {Cause(cause)}" : "")
                + (kind.Sum(unit => unit.Idle) / all is >= LeastShare and var idle ? $", idle {Engineering.Percent(idle)}" : ""));
        }

        return $"Units: {string.Join("; ", parts)}.";
    }

    private double Gain(Relief relief) => (double)Cycles / relief.Cycles;

    private static double TokensPerSecond(TimingReport report) => TimedPhase.Rate(TimedPhase.Of(report));

    /// <summary>What a unit waited for, in words.</summary>
    public static string Cause(StallCause cause) => cause switch
    {
        StallCause.Dma => "data",
        StallCause.Array => "an array",
        StallCause.Vector => "a vector unit",
        StallCause.Queue => "a full queue",
        _ => "a fence",
    };

    private static string Times(double gain) => gain.ToString("0.00x", CultureInfo.InvariantCulture);

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
