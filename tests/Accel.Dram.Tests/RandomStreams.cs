using Accel.Dram.Controller;
using Accel.Dram.Mapping;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests;

/// <summary>Long contiguous streams over random configurations: what the memo remembers, with ends, starts and other traffic between.</summary>
internal sealed class RandomStreams
{
    public RandomStreams(int seed, int requests)
    {
        var random = new Random(seed);
        T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];

        var standard = Pick([.. StandardCatalogue.All]);
        var device = standard.Resolve(Pick([.. standard.BinNames]), ranks: standard.Name is "GDDR6" or "HBM2" ? 1 : Pick(1, 1, 2));
        var writes = Pick(8, 32);
        Config = new DramConfig
        {
            Device = device,
            Channels = Pick(1, 2),
            Mapping = Pick(
                "M1", "M2", "M2", AddressMapping.BankGroupInterleaved + ";bankgroup^row", "row|rank|bank|bankgroup|column|channel|pc",
                "rank|row|bank|column|bankgroup|pc|channel", "row|column|rank|bank|bankgroup|pc|channel", "bank|row|rank|column|bankgroup|channel|pc",
                "row|rank|bank|column|bankgroup|pc|channel;channel^row@3", "row|bank|rank|column|pc|channel|bankgroup"),
            Controller = new ControllerConfig
            {
                ReadQueue = Pick(4, 16, 32, 40),
                WriteQueue = writes,
                RowHitCap = Pick(0, 4, 16),
                Page = Pick(PagePolicy.Open, PagePolicy.Open, PagePolicy.Closed),
                DrainHigh = writes - 2,
                DrainLow = 3,
                Refresh = Pick(RefreshKind.AllBank, RefreshKind.AllBank, RefreshKind.None, device.HasPerBankRefresh ? RefreshKind.PerBank : RefreshKind.AllBank),
                PostponedRefreshes = Pick(0, 0, 3),
                StaggerRanks = Pick(true, false),
            },
        };
        var bytes = requests * (long)device.AccessBytes;
        Streams = [(new DmaDescriptor(random.Next(0, 1 << 22), bytes, Pick(false, false, true)), random.Next(0, 20_000), 0)];
        if (Pick(true, false))
        {
            Streams.Add((new DmaDescriptor(random.Next(0, 1 << 22), bytes / 2, Pick(false, true)), random.Next(0, 100_000), random.Next(0, 2)));
        }

        if (Pick(true, false))
        {
            Streams.Add((new DmaDescriptor(random.Next(0, 1 << 22), bytes / 100, Pick(false, true)), random.Next(0, 100_000), 1));
        }

        Description = $"seed {seed}: {device.Bin} ranks {device.Ranks} channels {Config.Channels} {Config.Mapping} {Config.Controller} streams {Streams.Count}";
    }

    public DramConfig Config { get; }

    public List<(DmaDescriptor Descriptor, long Start, int Port)> Streams { get; }

    public string Description { get; }
}
