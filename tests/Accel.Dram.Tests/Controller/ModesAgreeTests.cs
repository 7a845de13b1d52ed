namespace Accel.Dram.Tests.Controller;

/// <summary>All modes give the same completions, commands and counters, and the checker finds no fault, over random configurations and inputs.</summary>
public class ModesAgreeTests
{
    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 8)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void Naive_and_event_agree_on_everything(int batch)
    {
        for (var seed = batch * 1000; seed < batch * 1000 + 25; seed++)
        {
            var scenario = new RandomScenario(seed, requests: 400);
            var naive = Scenario.Run(scenario.Config, SimulationMode.Naive, scenario.Trace, scenario.Streams);
            var evented = Scenario.Run(scenario.Config, SimulationMode.Event, scenario.Trace, scenario.Streams);
            Scenario.AssertSame(naive, evented, scenario.Description);
            Scenario.AssertLawful(scenario.Config, naive, scenario.Description);
        }
    }
}
