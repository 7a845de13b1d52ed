using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Replay;
using Accel.Dram.Reports;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Replay;

/// <summary>
/// A chip that takes token after token, drawn from a seed, with a restart of the memory between them: each token reads the same weights, its cache, which grows now
/// and then, and stores a few bytes at its end; here and there a transfer comes a little later than in other tokens, or one more comes.
/// </summary>
internal sealed class Episodes
{
    private static readonly DmaLoop _once = new(1, 0);

    private readonly int _seed;
    private readonly int _tokens;
    private readonly long _stripe;
    private readonly int _groups;
    private readonly int _growsEvery;
    private readonly int _oddities;
    private readonly bool _storesParts;

    public Episodes(int seed, int tokens, int groups)
    {
        (_seed, _tokens, _groups) = (seed, tokens, groups);
        var random = new Random(seed);
        T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];

        var standard = Pick([.. StandardCatalogue.All]);
        var device = standard.Resolve(Pick([.. standard.BinNames]), ranks: standard.Name is "GDDR6" or "HBM2" ? 1 : Pick(1, 2));
        var writes = Pick(1, 8);
        Config = new DramConfig
        {
            Device = device,
            Channels = Pick(1, 2, 4),
            Mapping = Pick("row|rank|bank|column|bankgroup|pseudochannel|channel", "row|rank|bank|column|bankgroup|pseudochannel|channel", "M1", "row|column|rank|bank|bankgroup|pc|channel"),
            Controller = new ControllerConfig
            {
                ReadQueue = Pick(8, 32),
                WriteQueue = writes,
                DrainHigh = writes,
                DrainLow = 0,
                Page = Pick(PagePolicy.Open, PagePolicy.Open, PagePolicy.Closed),
                Refresh = Pick(RefreshKind.AllBank, RefreshKind.AllBank, RefreshKind.None, device.HasPerBankRefresh ? RefreshKind.PerBank : RefreshKind.AllBank),
                StaggerRanks = Pick(true, false),
                PostponedRefreshes = Pick(0, 0, 2),
                FrontEnd = Pick(FrontEnd.PerChannel, FrontEnd.PerChannel, FrontEnd.PerChannel, FrontEnd.InOrder),
            },
        };
        _stripe = (long)device.AccessBytes * device.PseudoChannels * Config.Channels;
        (_growsEvery, _oddities, _storesParts) = (Pick(2, 3, 100), Pick(0, 0, 10, 40), random.Next(4) > 0);
        Description = $"seed {seed}: {device.Bin} ranks {device.Ranks} channels {Config.Channels} {Config.Mapping} {Config.Controller}, grows {_growsEvery}, odd {_oddities}, parts {_storesParts}";
    }

    public DramConfig Config { get; }

    public string Description { get; }

    /// <summary>All completions, each with its token; the report at the end; how many tokens were replayed in part.</summary>
    public (List<(int Token, int Transfer, long Cycle)> Ends, DramReport Report, int Replayed) Run(SimulationMode mode, bool replays)
    {
        var system = new DramSystem(Config, mode) { ForgetsCompleted = true };
        var memory = new ReplayedMemory(system);
        int Enqueue(DmaBlock block, long cycle, int port) =>
            replays ? memory.Enqueue(block, new(cycle), port) : system.Enqueue(block.Descriptor(), new(cycle), port);
        (int, Cycles)? Next(long latest) => replays ? memory.AdvanceToNextCompletion(new(latest)) : system.AdvanceToNextCompletion(new(latest));

        var (ends, random) = (new List<(int, int, long)>(), new Random(_seed));
        for (var token = 0; token < _tokens; token++)
        {
            var (late, extra) = (random.Next(100) < _oddities ? random.Next(_groups) : -1, random.Next(100) < _oddities ? random.Next(_groups) : -1);
            var (sent, arrived, cycle, stored) = (0, 0, 0L, false);
            void Send(long at)
            {
                if (sent < _groups)
                {
                    var isCache = sent % 5 == 4;
                    var stripes = isCache ? 2 + (token / _growsEvery) : 16;
                    var place = isCache ? 4096 + (sent * 64) : sent * 16;
                    Enqueue(new DmaBlock(place * _stripe, stripes * _stripe, false, _once, _once), at + (sent == late ? 3 : 0), isCache ? 1 : 0);
                    sent++;
                }
            }

            Send(2);
            Send(2);
            Send(3);
            while (true)
            {
                // Asked up to some cycle of the chip's own, as a chip with plans does.
                var limit = cycle + (token % 3 == 0 ? 100 : 1_000_000);
                if (Next(limit) is not var (transfer, end))
                {
                    if (limit < 1_000_000_000 && arrived < sent + (stored ? 2 : 0) + (extra >= 0 && extra < arrived ? 1 : 0))
                    {
                        cycle = limit;
                        continue;
                    }

                    break;
                }

                ends.Add((token, transfer, end.Value));
                cycle = end.Value;
                if (arrived++ == extra)
                {
                    Enqueue(new DmaBlock(100_000 * _stripe, _stripe, true, _once, _once), cycle + 1, 2);
                }

                Send(cycle + 5);
                if (!stored && arrived >= _groups - 2)
                {
                    stored = true;
                    Enqueue(new DmaBlock((200_000 * _stripe) + (_storesParts ? token * 32 : 0), _storesParts ? 32 : _stripe, true, _once, _once), cycle + 2, 2);
                    Enqueue(new DmaBlock((300_000 * _stripe) + (_storesParts ? token * 64 : 0), _storesParts ? 32 : _stripe, true, new(2, 128 * _stripe), new(2, 64 * _stripe)), cycle + 2, 3);
                }
            }

            if (token < _tokens - 1)
            {
                var at = new Cycles(cycle + 7 + (token % 2));
                ends.Add((token, -1, (replays ? memory.Restart(at) : system.Restart(at)).Value));
            }
        }

        return (ends, replays ? memory.Finish() : system.Finish(), memory.Replayed);
    }
}
