using System.Text.Json;
using Accel.Dram.Controller;
using Accel.Tests.Shared;

namespace Accel.Dram.Tests.Golden;

/// <summary>
/// Results of two independent open simulators for one DDR4-3200 channel. They share timings and differ in policy; queues and mapping are matched.
/// The second simulator has per-bank queues of 8 behind its 32 entries, so its window is 40.
/// </summary>
public class ReferenceSimulatorTests
{
    private sealed record Reference(string Sim, string Mapping, string Trace, long Cycles, double ReadLatency, long Refreshes);

    [SkippableTheory]
    [InlineData("idle_rd", 0.0001)]
    [InlineData("paced_rd", 0.0001)]
    [InlineData("rand_rd", 0.03)]
    public void Idle_paced_and_random_runs_take_the_cycles_of_both(string trace, double tolerance)
    {
        foreach (var reference in References().Where(r => r.Trace == trace))
        {
            var ours = Run(reference.Mapping, trace, 32);
            AssertWithin(reference.Cycles, ours.Cycles, tolerance, $"{reference}");
            Assert.Equal(reference.Refreshes, ours.Refreshes, tolerance: reference.Refreshes * 0.05);
        }
    }

    [SkippableTheory]
    [InlineData("M1", "ramulator2.1", 32)]
    [InlineData("M1", "dramsim3", 40)]
    [InlineData("M2", "ramulator2.1", 32)]
    [InlineData("M2", "dramsim3", 40)]
    public void Sequential_runs_take_the_cycles_of_the_one_with_as_long_a_queue(string mapping, string simulator, int queue)
    {
        var reference = References().Single(r => r.Trace == "seq_rd" && r.Mapping == mapping && r.Sim == simulator);
        AssertWithin(reference.Cycles, Run(mapping, "seq_rd", queue).Cycles, 0.01, $"{reference}");
    }

    [SkippableTheory]
    [InlineData("M1")]
    [InlineData("M2")]
    public void Mixed_runs_lie_in_the_band_of_the_two_widened_by_5_percent(string mapping)
    {
        var cycles = References().Where(r => r.Trace == "mix21_rw" && r.Mapping == mapping).Select(r => r.Cycles).ToList();
        Assert.InRange(Run(mapping, "mix21_rw", 32).Cycles, (long)(cycles.Min() * 0.95), (long)(cycles.Max() * 1.05));
    }

    /// <summary>Both take a cycle from arrival to the first decision; here a request may be served in the cycle it arrives.</summary>
    [SkippableFact]
    public void Idle_read_latency_is_that_of_both_but_for_the_cycle_of_entry()
    {
        foreach (var reference in References().Where(r => r.Trace == "idle_rd"))
        {
            Assert.Equal(reference.ReadLatency - 1, Run(reference.Mapping, "idle_rd", 32).Latency, tolerance: 0.25);
        }
    }

    private static (long Cycles, long Refreshes, double Latency) Run(string mapping, string trace, int queue)
    {
        var system = new DramSystem(Scenario.Config("DDR4-3200", mapping, policy: new ControllerConfig { ReadQueue = queue }), SimulationMode.Event);
        system.Enqueue(GoldenTraces.Make(trace));
        var report = system.Finish();
        return (report.Cycles.Value, report.Refreshes, report.AverageReadLatency);
    }

    private static void AssertWithin(long expected, long actual, double tolerance, string what) =>
        Assert.True(Math.Abs(actual - expected) <= tolerance * expected, $"{what}: {actual} is {(actual - expected) / (double)expected:P3} off");

    private static List<Reference> References()
    {
        var path = SharedData.Path("golden", "dram", "results.json");
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return
        [
            .. document.RootElement.EnumerateArray().Select(e => new Reference(
                e.GetProperty("sim").GetString()!, e.GetProperty("mapping").GetString()!, e.GetProperty("trace").GetString()!,
                e.GetProperty("cycles").GetInt64(), e.GetProperty("avg_read_latency").GetDouble(), e.GetProperty("refs").GetInt64())),
        ];
    }
}
