using Accel.Dram.Controller;
using Accel.Dram.Streams;
using Accel.Tests.Shared;

namespace Accel.Dram.Tests.Controller;

/// <summary>Memory of the whole process is measured: nothing else may run beside.</summary>
[CollectionDefinition(nameof(FootprintTests), DisableParallelization = true)]
public class AloneCollection;

[Collection(nameof(FootprintTests))]
public class FootprintTests
{
    [Theory]
    [InlineData("DDR4-3200", false)]
    [InlineData("HBM3-6400", true)]
    public void The_event_loop_allocates_nothing(string bin, bool write)
    {
        var system = new DramSystem(Scenario.Config(bin), SimulationMode.Event);
        system.Enqueue(new DmaDescriptor(0, 64 << 20, write));
        system.Enqueue(new DmaDescriptor(1 << 27, 64 << 20), port: 1);
        system.RunUntil(new(50_000));
        var cycle = 50_000;
        Assert.Equal(0, Allocations.Least(() => cycle += 100_000, () => system.RunUntil(new(cycle))));
    }

    [Fact]
    public void Event_and_naive_hold_about_the_same_memory()
    {
        static long Held(SimulationMode mode)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var random = new Random(1);
            var trace = new RequestTrace();
            for (var i = 0; i < 100_000; i++)
            {
                trace.Add(new Request(0, random.NextInt64(1L << 30), i % 3 == 0));
            }

            var system = new DramSystem(Scenario.Config("DDR4-3200"), mode);
            system.Enqueue(trace);
            system.RunUntil(new(20_000));
            var held = GC.GetTotalMemory(forceFullCollection: true) - before;
            GC.KeepAlive(system);
            GC.KeepAlive(trace);
            return held;
        }

        Held(SimulationMode.Event);
        Assert.InRange(Held(SimulationMode.Event) / (double)Held(SimulationMode.Naive), 1 / 1.2, 1.2);
    }
}
