namespace Accel.Dram.Tests.Controller;

/// <summary>All modes give the same completions, commands and counters, and the checker finds no fault, over random configurations and inputs.</summary>
public class ModesAgreeTests
{
    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 8)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void All_modes_agree_on_everything(int batch)
    {
        for (var seed = batch * 1000; seed < batch * 1000 + 25; seed++)
        {
            var scenario = new RandomScenario(seed, requests: 400);
            var naive = Scenario.Run(scenario.Config, SimulationMode.Naive, scenario.Trace, scenario.Streams);
            var evented = Scenario.Run(scenario.Config, SimulationMode.Event, scenario.Trace, scenario.Streams);
            Scenario.AssertSame(naive, evented, scenario.Description);
            var remembered = Scenario.Run(scenario.Config, SimulationMode.Memo, scenario.Trace, scenario.Streams, threads: 2);
            Scenario.AssertSame(naive, remembered, "memo, " + scenario.Description);
            Scenario.AssertLawful(scenario.Config, naive, scenario.Description);
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Memo_agrees_with_event_on_long_streams(int batch)
    {
        for (var seed = batch * 1000; seed < batch * 1000 + 10; seed++)
        {
            var scenario = new RandomStreams(seed, requests: 40_000);
            var evented = Scenario.Run(scenario.Config, SimulationMode.Event, null, scenario.Streams);
            var remembered = Scenario.Run(scenario.Config, SimulationMode.Memo, null, scenario.Streams);
            Scenario.AssertSame(evented, remembered, scenario.Description);
            var counted = new DramSystem(scenario.Config, SimulationMode.Memo, threads: 2);
            var ids = scenario.Streams.Select(s => counted.Enqueue(s.Descriptor, new(s.Start), s.Port)).ToList();
            var report = counted.Finish();
            var outcome = new Outcome(report, [], [.. ids.Select(id => counted.Completion(id)!.Value.Value)], evented.Commands);
            Scenario.AssertSame(evented, outcome, "longer steps, " + scenario.Description);
        }
    }
}
