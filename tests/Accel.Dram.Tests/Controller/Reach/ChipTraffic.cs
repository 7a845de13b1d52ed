using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Mapping;
using Accel.Dram.Reports;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Controller.Reach;

/// <summary>
/// A chip before a memory, drawn from a seed: one requester streams weights in groups of bursts, so many under way, each where the last ended; now and then
/// it goes elsewhere; others load and store something when weights have come, or when they feel like it. What is sent depends on what has arrived.
/// </summary>
internal sealed class ChipTraffic
{
    private readonly int _seed;
    private readonly int _groups;
    private readonly long _stripe;
    private readonly int _stripesInGroup;
    private readonly int _underWay;
    private readonly int _gap;
    private readonly int _others;
    private readonly bool _partsChannels;
    private readonly bool _looksInside;

    public ChipTraffic(int seed, int groups)
    {
        _seed = seed;
        var random = new Random(seed);
        T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];

        var (bin, ranks) = Pick(("HBM3-6400", 4), ("HBM3-6400", 2), ("HBM3-6400", 4), ("HBM2-2000", 1), ("DDR4-3200", 2), ("LPDDR5-6400", 1), ("DDR5-4800", 1), ("GDDR6-16000", 1));
        var device = StandardCatalogue.Resolve(StandardCatalogue.All.SelectMany(s => s.BinNames).First(b => b.StartsWith(bin.Split('-')[0], StringComparison.Ordinal)), ranks: ranks);
        var writes = Pick(1, 1, 32);
        Config = new DramConfig
        {
            Device = device,
            Channels = Pick(1, 4, 8),
            Mapping = Pick("row|rank|bank|column|bankgroup|pseudochannel|channel", "row|rank|bank|column|bankgroup|pseudochannel|channel",
                AddressMapping.BankGroupInterleaved, "row|rank|bank|column|bankgroup|pc|channel;bank^row", "row|bank|column|rank|bankgroup|pc|channel", "row|bank|column|rank|bankgroup|pc|channel", "M1"),
            Controller = new ControllerConfig
            {
                ReadQueue = Pick(8, 32, 32, 32, 64),
                WriteQueue = writes,
                RowHitCap = Pick(0, 4, 16, 16),
                DrainHigh = writes,
                DrainLow = 0,
                Refresh = Pick(RefreshKind.AllBank, RefreshKind.AllBank, RefreshKind.AllBank, RefreshKind.None, device.HasPerBankRefresh ? RefreshKind.PerBank : RefreshKind.AllBank),
                PostponedRefreshes = Pick(0, 0, 0, 2),
                StaggerRanks = Pick(true, false, false),
            },
        };
        _groups = groups;
        _stripe = (long)device.AccessBytes * device.PseudoChannels * Config.Channels;
        (_stripesInGroup, _underWay, _gap) = (Pick(16, 64, 64, 100), Pick(3, 4, 4, 8), Pick(0, 0, 20, 300));
        (_others, _partsChannels, _looksInside) = (Pick(0, 8, 20, 60), random.Next(2) == 0, random.Next(3) == 0);
        Description = $"seed {seed}: {device.Bin} ranks {device.Ranks} channels {Config.Channels} {Config.Mapping} {Config.Controller}"
            + $" groups of {_stripesInGroup}, {_underWay} under way, gap {_gap}, others {_others}, parts {_partsChannels}, looks {_looksInside}";
    }

    public DramConfig Config { get; }

    public string Description { get; }

    /// <summary>Lets the traffic run.</summary>
    /// <returns>Each completion, in order; what was seen on the way; the report at the end; steps kept.</returns>
    public (List<(int Transfer, long Cycle)> Ends, List<string> Seen, DramReport Report, int Steps) Run(SimulationMode mode)
    {
        var random = new Random(_seed);
        var system = new DramSystem(Config, mode);
        var (ends, seen, weights) = (new List<(int, long)>(), new List<string>(), new HashSet<int>());
        var (next, sent, place) = (0L, 0, 0L);
        void SendWeights(long cycle)
        {
            if (sent++ < _groups)
            {
                place = random.Next(60) == 0 ? random.NextInt64(1 << 10) * 64 : place;
                weights.Add(system.Enqueue(new DmaDescriptor(place * _stripe, _stripesInGroup * _stripe), new Cycles(cycle)));
                place += _stripesInGroup;
            }
        }

        for (var i = 0; i < _underWay; i++)
        {
            SendWeights(0);
        }

        while (true)
        {
            // A requester with plans of its own asks for what arrives until then.
            next = Math.Max(next, system.Now.Value) + random.Next(1, random.Next(3) == 0 ? 60_000 : 3000);
            while (system.AdvanceToNextCompletion(new Cycles(next)) is var (transfer, cycle))
            {
                ends.Add((transfer, cycle.Value));
                if (weights.Remove(transfer))
                {
                    SendWeights(cycle.Value + random.Next(_gap + 1));
                }

                if (random.Next(100) < _others)
                {
                    SendOther(system, random, cycle.Value + random.Next(100));
                }
            }

            if (system.Now.Value < next && weights.Count == 0)
            {
                break;
            }

            if (random.Next(300) < _others)
            {
                SendOther(system, random, next);
            }

            if (_looksInside && random.Next(10) == 0)
            {
                var report = system.Report();
                seen.Add($"{next}: {report.Cycles.Value} {report.Requests} {report.TransfersUnderWay} {report.Total[Counter.ReadLatency]} {report.Total[Counter.ActiveRankTicks]}");
            }
        }

        while (system.AdvanceToNextCompletion() is var (transfer, cycle))
        {
            ends.Add((transfer, cycle.Value));
        }

        return (ends, seen, system.Finish(), system.Remembered.Steps);
    }

    private void SendOther(DramSystem system, Random random, long cycle)
    {
        var stripes = random.Next(random.Next(2) == 0 ? 2 : 40);
        var start = (1L << 20) + random.Next(1 << 12);
        var odd = _partsChannels && random.Next(2) == 0 ? random.Next(1, Math.Max(2, (int)_stripe / 64)) * 64 : 0;
        system.Enqueue(new DmaDescriptor((start * _stripe) + odd, odd > 0 ? (stripes * _stripe) + 64 : (stripes + 1) * _stripe, IsWrite: random.Next(3) == 0), new Cycles(cycle), random.Next(1, 4));
    }
}
