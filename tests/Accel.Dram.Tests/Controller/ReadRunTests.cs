using Accel.Dram.Controller;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Controller;

/// <summary>
/// Traffic as a chip that reads weights sends it: long runs of reads over several ports, a few bytes now and then, seldom a write, on devices of
/// one to four ranks. The event engine has a step of its own for such reads, and its order of age is broken here in every way it can be.
/// </summary>
public class ReadRunTests
{
    private const long Region = 1L << 26;

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 4)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void Runs_of_reads_are_served_alike_by_both_engines(int batch)
    {
        var (hits, requests) = (0L, 0L);
        for (var seed = batch * 1000; seed < batch * 1000 + 12; seed++)
        {
            var random = new Random(seed);
            var config = Draw(random);
            var streams = Tiles(random, config.Device.AccessBytes * config.Channels * config.Device.PseudoChannels);
            var naive = Scenario.Run(config, SimulationMode.Naive, null, streams);
            var evented = Scenario.Run(config, SimulationMode.Event, null, streams);
            var what = $"seed {seed}: {config.Device.Bin} ranks {config.Device.Ranks} {config.Mapping} {config.Controller} streams {streams.Count}";
            Scenario.AssertSame(naive, evented, what);
            Scenario.AssertLawful(config, evented, what);
            hits += evented.Report.Total[Counter.RowHits];
            requests += evented.Report.Requests;
        }

        Assert.True(hits > requests / 2, $"{hits} hits of {requests} requests");
    }

    private static DramConfig Draw(Random random)
    {
        T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];

        var (bin, ranks) = Pick(("HBM3-6400", 4), ("HBM3-6400", 2), ("HBM2-2000", 1), ("DDR4-3200", 1), ("DDR4-3200", 2), ("LPDDR5-6400", 1));
        var device = StandardCatalogue.Resolve(bin, ranks: ranks);
        var writes = Pick(1, 8, 32);
        return new DramConfig
        {
            Device = device,
            Mapping = Pick("row|rank|bank|column|bankgroup|pseudochannel|channel", "M1", "M2", "row|bank|column|rank|bankgroup|pseudochannel|channel"),
            Controller = new ControllerConfig
            {
                ReadQueue = Pick(4, 32, 32, 64, 256),
                WriteQueue = writes,
                RowHitCap = Pick(0, 4, 16),
                DrainHigh = writes,
                DrainLow = 0,
                Refresh = Pick(RefreshKind.AllBank, RefreshKind.AllBank, device.HasPerBankRefresh ? RefreshKind.PerBank : RefreshKind.None),
                PostponedRefreshes = Pick(0, 0, 2),
                StaggerRanks = Pick(true, false),
            },
        };
    }

    private static List<(DmaDescriptor Descriptor, long Start, int Port)> Tiles(Random random, int stripe)
    {
        var streams = new List<(DmaDescriptor, long, int)>();
        var ports = random.Next(1, 4);
        var next = new long[ports];
        for (var i = 0; i < 24; i++)
        {
            var port = random.Next(ports);
            var (start, at) = ((long)random.Next(0, 6000), port * Region + next[port]);
            switch (random.Next(8))
            {
                case 0:
                    streams.Add((new DmaDescriptor(random.NextInt64(ports * Region), random.Next(1, 200)), start, random.Next(ports)));
                    break;
                case 1:
                    streams.Add((new DmaDescriptor(random.NextInt64(ports * Region), random.Next(1, 20 * stripe), IsWrite: random.Next(3) == 0), start, ports));
                    break;
                default:
                    var bytes = stripe * (long)random.Next(8, 200);
                    streams.Add((new DmaDescriptor(at, bytes), start, port));
                    next[port] += bytes;
                    break;
            }
        }

        return streams;
    }
}
