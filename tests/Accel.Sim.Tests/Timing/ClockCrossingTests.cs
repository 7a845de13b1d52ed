using System.Numerics;
using Accel.Sim.Timing;

namespace Accel.Sim.Tests.Timing;

public sealed class ClockCrossingTests
{
    [Fact]
    public void Crossings_are_the_least_and_the_greatest_that_fit_exactly()
    {
        var random = new Random(4);
        for (var i = 0; i < 10_000; i++)
        {
            var (core, memory) = (random.NextInt64(1, 4_000_000_000), random.NextInt64(1, 4_000_000_000));
            var clocks = new ClockCrossing(core, memory);
            var at = random.NextInt64(0, 1L << random.Next(1, 55));
            var exact = (BigInteger)at * memory;
            Assert.Equal((exact + core - 1) / core, clocks.TickAtOrAfter(at));
            Assert.Equal(exact / core, clocks.TickAtOrBefore(at));
            Assert.Equal((((BigInteger)at * core) + memory - 1) / memory, clocks.CycleAtOrAfter(at));
        }
    }

    [Fact]
    public void A_request_that_is_answered_at_once_arrives_no_earlier_than_it_was_sent()
    {
        var random = new Random(5);
        for (var i = 0; i < 10_000; i++)
        {
            var clocks = new ClockCrossing(random.NextInt64(1, 4_000_000_000), random.NextInt64(1, 4_000_000_000));
            var cycle = random.NextInt64(0, 1L << 40);
            Assert.True(clocks.CycleAtOrAfter(clocks.TickAtOrAfter(cycle)) >= cycle);
        }
    }
}
