using System.Globalization;
using Accel.Dram.Checking;
using Accel.Dram.Controller;
using Accel.Dram.Reports;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests;

/// <summary>A configuration and its input, run in one mode with everything recorded.</summary>
internal sealed record Outcome(DramReport Report, long[] Completions, long[] Transfers, List<RecordedCommand> Commands)
{
    /// <summary>All that two modes must agree on, as text: the first difference of two of them is readable.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var command in Commands)
        {
            yield return command.ToString();
        }

        for (var i = 0; i < Completions.Length; i++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"request {i} done {Completions[i]}");
        }

        for (var i = 0; i < Transfers.Length; i++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"transfer {i} done {Transfers[i]}");
        }

        yield return $"cycles {Report.Cycles.Value} of {Report.SimulatedCycles.Value}";
        for (var counter = Counter.Reads; counter < Counter.Count; counter++)
        {
            yield return $"{counter} {Report.Total[counter]}";
        }

        for (var peak = Peak.ReadLatency; peak < Peak.Count; peak++)
        {
            yield return $"peak {peak} {Report.Total[peak]}";
        }

        foreach (var (upTo, count) in Report.Total.Latencies.NonEmpty())
        {
            yield return $"latency {upTo} x {count}";
        }
    }
}

internal static class Scenario
{
    public static Outcome Run(DramConfig config, SimulationMode mode, RequestTrace? trace, IReadOnlyList<(DmaDescriptor Descriptor, long Start, int Port)> streams, int threads = 1)
    {
        var system = new DramSystem(config, mode, threads, Recording.Commands | Recording.Completions);
        var ids = streams.Select(s => system.Enqueue(s.Descriptor, new(s.Start), s.Port)).ToList();
        var traceId = trace is null ? -1 : system.Enqueue(trace);
        var report = system.Finish();
        return new Outcome(
            report,
            trace is null ? [] : system.RequestCompletions(traceId),
            [.. ids.Select(id => system.Completion(id)!.Value.Value)],
            [.. Enumerable.Range(0, config.Channels).SelectMany(system.CommandsOf)]);
    }

    /// <summary>Demands equal outcomes, and shows the first difference.</summary>
    public static void AssertSame(Outcome expected, Outcome actual, string what)
    {
        using var other = actual.Lines().GetEnumerator();
        var line = 0;
        foreach (var text in expected.Lines())
        {
            line++;
            Assert.True(other.MoveNext() && other.Current == text, $"{what}: line {line}: expected '{text}', got '{other.Current}'");
        }

        Assert.False(other.MoveNext(), $"{what}: more than {line} lines: '{other.Current}'");
    }

    /// <summary>Demands that the independent checker finds nothing.</summary>
    public static void AssertLawful(DramConfig config, Outcome outcome, string what)
    {
        foreach (var channel in outcome.Commands.GroupBy(c => c.Channel))
        {
            var postponed = config.Controller.Refresh == RefreshKind.None ? -1 : config.Controller.PostponedRefreshes;
            var violations = CommandChecker.Check(config.Device, channel, postponed);
            Assert.True(violations.Count == 0, $"{what}: {violations.Count} violations, first: {violations.FirstOrDefault()}");
        }
    }

    public static DramConfig Config(string standard, string mapping = "M2", int channels = 1, ControllerConfig? policy = null, int? ranks = null) =>
        new() { Device = StandardCatalogue.Resolve(standard, ranks: ranks), Mapping = mapping, Channels = channels, Controller = policy ?? new() };
}
