using Accel.Sim.Timing;
using Accel.Sim.Timing.Stamped;

namespace Accel.Sim.Tests.Timing;

public sealed class MemoryTrafficTests
{
    [Fact]
    public void The_next_channel_to_send_is_the_first_of_the_earliest()
    {
        const int Channels = 5;
        var (order, cycles, random) = (new SendOrder(Channels), Enumerable.Repeat(StampedUnit.Never, Channels).ToArray(), new Random(5));
        for (var i = 0; i < 5000; i++)
        {
            var channel = random.Next(Channels);
            cycles[channel] = random.Next(3) == 0 ? StampedUnit.Never : random.Next(8);
            order.Set(channel, cycles[channel]);
            Assert.Equal(cycles.Min(), order.Cycle);
            if (order.Cycle != StampedUnit.Never)
            {
                Assert.Equal(Array.IndexOf(cycles, cycles.Min()), order.First);
            }
        }
    }

    [Fact]
    public void A_group_is_found_however_many_were_sent_after_it()
    {
        var (groups, random, underWay) = (new GroupsUnderWay(), new Random(6), new List<int>());
        for (var transfer = 0; transfer < 5000; transfer++)
        {
            groups.Add(transfer).Command = 10L * transfer;
            underWay.Add(transfer);
            // The first stays for long, so that others meet its place.
            while (underWay.Count > 1 + random.Next(60))
            {
                var next = random.Next(transfer < 4000 ? 1 : 0, underWay.Count);
                Assert.Equal(10L * underWay[next], groups.Remove(underWay[next]).Command);
                underWay.RemoveAt(next);
            }

            Assert.Equal(underWay.Count, groups.Count);
        }
    }

    [Fact]
    public void A_further_token_allocates_nothing()
    {
        var program = DecodeWorkload.Make(layers: 6, width: 256);
        var watch = new Allocating();
        var options = new TimingOptions { Ideal = Idealised.Memory, Observer = watch };
        new StampedMachine(program, Bench.Hardware, options, new IdealMemory(), null).Run(Workload.Decode(program, 0, 200), Bench.Hardware);
        // The rest of an allocation buffer may count if another thread collects; an object for each command would be many times as much.
        Assert.InRange(watch.Bytes[^1] - watch.Bytes[3], 0, 8192);
    }

    private sealed class Allocating : ITimingObserver
    {
        public List<long> Bytes { get; } = new(1000);

        public bool WantsCommands => false;

        public void OnRun(int run, long start) => Bytes.Add(GC.GetAllocatedBytesForCurrentThread());
    }
}
