using System.Diagnostics;
using System.Globalization;
using Accel.Dram;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Benchmarks.Dram;

/// <summary>Requests simulated per second of CPU time, per access pattern and mode; best of several runs.</summary>
internal static class DramBenchmark
{
    private const int Requests = 1 << 20;

    public static void Run(TextWriter output, string filter = "")
    {
        var device = StandardCatalogue.Resolve("DDR4-3200");
        var access = device.AccessBytes;
        output.WriteLine("DDR4-3200, one channel, default policy; million requests per CPU second");
        (string Name, RequestTrace Trace, double Target)[] patterns =
        [
            ("sequential", TracePatterns.Sequential(Requests, access), 20),
            ("four streams", TracePatterns.FourStreams(Requests, access), 10),
            ("2 reads : 1 write", TracePatterns.TwoReadsOneWrite(Requests, access), 10),
            ("1 KiB gather", TracePatterns.Gather(Requests, access), 10),
            ("uniform random", TracePatterns.Random(Requests, access), 6),
        ];
        foreach (var mapping in new[] { "M2", "M1" })
        {
            foreach (var (name, trace, target) in patterns)
            {
                if (!$"event {mapping} {name}".Contains(filter, StringComparison.OrdinalIgnoreCase))
                {
                    continue;
                }

                var config = new DramConfig { Device = device, Mapping = mapping };
                var best = double.MaxValue;
                long cycles = 0;
                for (var i = 0; i < 12; i++)
                {
                    var system = new DramSystem(config, SimulationMode.Event);
                    system.Enqueue(trace);
                    var before = Environment.CpuUsage.TotalTime;
                    cycles = system.Finish().Cycles.Value;
                    best = Math.Min(best, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
                }

                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"event {mapping} {name,-18} {Requests / best / 1e6,8:0.0}  (target {target})  cycles/request {cycles / (double)Requests:0.000}"));
            }
        }
    }

    public static void RunStreams(TextWriter output, string filter)
    {
        (string Name, DramConfig Config, long Bytes, int Threads)[] streams =
        [
            ("100 MB M2", new DramConfig { Device = StandardCatalogue.Resolve("DDR4-3200") }, 100_000_000, 1),
            ("100 MB M1", new DramConfig { Device = StandardCatalogue.Resolve("DDR4-3200"), Mapping = "M1" }, 100_000_000, 1),
            ("1 GB M2", new DramConfig { Device = StandardCatalogue.Resolve("DDR4-3200") }, 1_000_000_000, 1),
            ("1 GB M1", new DramConfig { Device = StandardCatalogue.Resolve("DDR4-3200"), Mapping = "M1" }, 1_000_000_000, 1),
            ("8 GB M2", new DramConfig { Device = StandardCatalogue.Resolve("DDR4-3200") }, 8_000_000_000, 1),
            ("14 GB HBM3, 32 pseudo-channels", new DramConfig { Device = StandardCatalogue.Resolve("HBM3-6400"), Channels = 16 }, 14_000_000_000, 2),
            ("140 GB HBM3, 32 pseudo-channels", new DramConfig { Device = StandardCatalogue.Resolve("HBM3-6400"), Channels = 16 }, 140_000_000_000, 2),
        ];
        foreach (var (name, config, bytes, threads) in streams)
        {
            if (!$"memo {name}".Contains(filter, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var best = double.MaxValue;
            var requests = 0L;
            var spent = TimeSpan.Zero;
            var wall = double.MaxValue;
            var remembered = (States: 0, Steps: 0);
            for (var i = 0; i < 2000 && spent.TotalSeconds < 4; i++)
            {
                var system = new DramSystem(config, SimulationMode.Memo, threads);
                var before = Environment.CpuUsage.TotalTime;
                var clock = Stopwatch.StartNew();
                for (var left = bytes; left > 0; left -= config.CapacityBytes)
                {
                    system.Enqueue(new DmaDescriptor(0, Math.Min(left, config.CapacityBytes)));
                }

                requests = system.Finish().Requests;
                best = Math.Min(best, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
                wall = Math.Min(wall, clock.Elapsed.TotalSeconds);
                remembered = system.Remembered;
                spent += Environment.CpuUsage.TotalTime - before;
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"memo {name,-32} {requests / best / 1e6,12:0.0} M requests/s  {best * 1e3:0.00} ms CPU, {wall * 1e3:0.00} ms wall, {remembered.States} states, {remembered.Steps} steps"));
        }
    }
}
