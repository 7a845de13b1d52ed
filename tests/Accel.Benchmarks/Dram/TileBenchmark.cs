using System.Diagnostics;
using System.Globalization;
using Accel.Core.Units;
using Accel.Dram;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Benchmarks.Dram;

/// <summary>
/// The memory as a chip simulator drives it: weights in tiles over many ports, or one, each port's next tile sent when one of its earlier ones
/// completes. 256 pseudo-channels of HBM3.
/// </summary>
internal static class TileBenchmark
{
    private const long KiB = 1 << 10;

    private static readonly (string Name, long Bytes, long TileBytes, long StateBytes, int Ports, int InFlight)[] _patterns =
    [
        ("8 GB, 1 MiB tiles", 8L << 30, 1024 * KiB, 0, 16, 2),
        ("8 GB, 64 KiB tiles", 8L << 30, 64 * KiB, 0, 16, 2),
        ("8 GB, 1 MiB tiles, 2 KiB writes between", 8L << 30, 1024 * KiB, 2 * KiB, 16, 2),
        ("1 GB, tiles of 1 MiB + 256 bytes", 1L << 30, 1024 * KiB + 256, 0, 16, 2),
        ("8 GB, groups of 512 KiB at one port", 8L << 30, 512 * KiB, 0, 1, 4),
        ("140 GB, groups of 512 KiB at one port", 140L << 30, 512 * KiB, 0, 1, 4),
    ];

    public static void Run(TextWriter output, string filter)
    {
        foreach (var pattern in _patterns)
        {
            foreach (var mode in new[] { pattern.Ports == 1 ? SimulationMode.Reach : SimulationMode.Memo, SimulationMode.Event })
            {
                var name = $"tiles {mode} {pattern.Name}";
                if (!name.Contains(filter, StringComparison.OrdinalIgnoreCase) || (mode == SimulationMode.Event && !filter.Contains("event", StringComparison.OrdinalIgnoreCase)))
                {
                    continue;
                }

                var cpu = double.MaxValue;
                var wall = double.MaxValue;
                (long Cycles, double Share, int Simulations) found = default;
                for (var (i, spent) = (0, 0.0); i < 20 && (i == 0 || spent < 3); i++)
                {
                    var before = Environment.CpuUsage.TotalTime;
                    var clock = Stopwatch.StartNew();
                    found = Drive(mode, pattern.Bytes, pattern.TileBytes, pattern.StateBytes, pattern.Ports, pattern.InFlight);
                    var used = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
                    cpu = Math.Min(cpu, used);
                    wall = Math.Min(wall, clock.Elapsed.TotalSeconds);
                    spent += used;
                }

                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name,-54} {cpu * 1e3,8:0.0} ms CPU, {wall * 1e3:0.0} ms wall; {found.Cycles} cycles, {found.Share:P1} of peak, {found.Simulations} simulations"));
            }
        }
    }

    private static (long Cycles, double Share, int Simulations) Drive(SimulationMode mode, long bytes, long tileBytes, long stateBytes, int ports, int inFlight)
    {
        var config = new DramConfig
        {
            Device = StandardCatalogue.Resolve("HBM3-6400", "32Gb_16hi"), Channels = 128, Mapping = "row|rank|bank|column|bankgroup|pseudochannel|channel",
        };
        var system = new DramSystem(config, mode);
        var portOf = new List<int>();
        var next = 0L;
        var states = 0L;

        void Send(int port, Cycles start)
        {
            if (next + tileBytes > bytes)
            {
                return;
            }

            system.Enqueue(new DmaDescriptor(next, tileBytes), start, port);
            portOf.Add(port);
            next += tileBytes;
            if (stateBytes > 0 && next / tileBytes % 64 == 0)
            {
                system.Enqueue(new DmaDescriptor(bytes + states++ * stateBytes, stateBytes, IsWrite: true), start, ports);
                portOf.Add(ports);
            }
        }

        for (var i = 0; i < ports * inFlight; i++)
        {
            Send(i % ports, default);
        }

        while (system.AdvanceToNextCompletion() is var (transfer, cycle))
        {
            if (portOf[transfer] < ports)
            {
                Send(portOf[transfer], cycle);
            }
        }

        var report = system.Finish();
        return (report.Cycles.Value, report.AchievedBytesPerSecond / config.PeakBytesPerSecond, system.SimulatedChannels);
    }
}
