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
}
