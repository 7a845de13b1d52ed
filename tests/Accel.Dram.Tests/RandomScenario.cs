using Accel.Dram.Controller;
using Accel.Dram.Mapping;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests;

/// <summary>Configurations and inputs drawn from a seed, small enough for the reference engine, odd enough to reach corners.</summary>
internal sealed class RandomScenario
{
    private readonly Random _random;

    public RandomScenario(int seed, int requests)
    {
        _random = new Random(seed);
        Config = DrawConfig();
        Streams = [.. Enumerable.Range(0, _random.Next(0, 5)).Select(_ => DrawStream(requests / 4))];
        Trace = Streams.Count == 0 || _random.Next(2) == 0 ? DrawTrace(requests) : null;
        Description = $"seed {seed}: {Config.Device.Bin} ranks {Config.Device.Ranks} channels {Config.Channels} {Config.Mapping} {Config.Controller}"
            + $" streams {Streams.Count} trace {Trace?.Count ?? 0}";
    }

    public DramConfig Config { get; }

    public RequestTrace? Trace { get; }

    public List<(DmaDescriptor Descriptor, long Start, int Port)> Streams { get; }

    public string Description { get; }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private DramConfig DrawConfig()
    {
        var standard = Pick([.. StandardCatalogue.All]);
        var bin = Pick([.. standard.BinNames]);
        var ranks = standard.Name is "GDDR6" or "HBM2" ? 1 : Pick(1, 1, 2);
        var device = standard.Resolve(bin, ranks: ranks);
        var writes = Pick(1, 4, 16, 32);
        var high = _random.Next(1, writes + 1);
        var mappings = new List<string>
        {
            "M1", "M2", "row|column|rank|bank|bankgroup|pc|channel", "row|rank|bank|column|channel|bankgroup|pc",
            "rank|row|bank|column|bankgroup|pc|channel", "row|rank|bank|column|bankgroup|pc|channel|column1", "bank|row|rank|column|bankgroup|channel|pc",
            AddressMapping.BankGroupInterleaved + ";bank^row", AddressMapping.PageContiguous + ";bankgroup^row@2,channel^row@5",
        };
        return new DramConfig
        {
            Device = device,
            Channels = Pick(1, 1, 2, 4),
            Mapping = mappings[_random.Next(mappings.Count)],
            Controller = new ControllerConfig
            {
                ReadQueue = Pick(1, 4, 16, 32, 48),
                WriteQueue = writes,
                RowHitCap = Pick(0, 1, 4, 16),
                Page = Pick(PagePolicy.Open, PagePolicy.Closed),
                DrainHigh = high,
                DrainLow = _random.Next(0, high),
                Refresh = Pick(RefreshKind.AllBank, RefreshKind.None, device.HasPerBankRefresh ? RefreshKind.PerBank : RefreshKind.AllBank),
                PostponedRefreshes = Pick(0, 0, 2, 8),
                StaggerRanks = Pick(true, false),
                FrontEnd = Pick(FrontEnd.PerChannel, FrontEnd.PerChannel, FrontEnd.PerChannel, FrontEnd.InOrder),
            },
        };
    }

    private (DmaDescriptor, long, int) DrawStream(int bursts)
    {
        var access = Config.Device.AccessBytes;
        var write = _random.Next(3) == 0;
        var start = (long)_random.Next(0, 4) * _random.Next(0, 8000);
        var port = _random.Next(0, 3);
        var origin = Pick(0L, 1L << 20, 3L << 20) + _random.Next(0, 4096);
        if (_random.Next(2) == 0)
        {
            return (new DmaDescriptor(origin, 1 + (long)_random.Next(1, bursts + 1) * access, write), start, port);
        }

        var outer = _random.Next(1, 8);
        var inner = _random.Next(1, 8);
        var run = Math.Max(1, bursts * access / (outer * inner));
        return (new DmaDescriptor(origin, _random.Next(1, run + 1), write, new DmaLoop(outer, _random.Next(0, 1 << 20)), new DmaLoop(inner, _random.Next(0, 1 << 14))),
            start, port);
    }

    private RequestTrace DrawTrace(int requests)
    {
        var trace = new RequestTrace();
        var access = Config.Device.AccessBytes;
        var kind = _random.Next(5);
        var pace = Pick(0, 0, 1, 7, 300);
        var writes = Pick(0, 0, 30, 50, 100);
        var span = Pick(64L, 4096L, 1L << 20);
        var count = pace == 300 ? requests / 8 : requests;
        var cycle = 0L;
        for (var i = 0; i < count; i++)
        {
            var burst = kind switch
            {
                0 => i,
                1 => _random.NextInt64(span),
                2 => i % 3 * (1L << 18) + i / 3,
                3 => i / 8 * 977L % span * 8 + i % 8,
                _ => i * 64L,
            };
            cycle += pace == 0 ? 0 : _random.Next(0, 2 * pace + 1);
            var isWrite = kind == 2 ? i % 3 == 2 : _random.Next(100) < writes;
            trace.Add(new Request(cycle, burst * access % Config.CapacityBytes, isWrite));
        }

        return trace;
    }
}
