using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Golden;

/// <summary>The traces of the reference runs, for requests of 64 bytes, by the definitions beside their results.</summary>
internal static class GoldenTraces
{
    private const long MiB = 1 << 20;
    private const long Span = 1 << 30;

    public static RequestTrace Make(string name) => name switch
    {
        "seq_rd" => Build((int)(64 * MiB / 64), i => new Request(0, i * 64L, false)),
        "rand_rd" => Build(131072, Random(1, _ => 0)),
        "mix21_rw" => Build(3 * 65536, i => new Request(0, i % 3 * 256 * MiB + i / 3 * 64L, i % 3 == 2)),
        "paced_rd" => Build(131072, i => new Request(i * 8L, i * 64L, false)),
        "idle_rd" => Build(2048, Random(3, i => i * 2000L)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such trace"),
    };

    private static RequestTrace Build(int count, Func<int, Request> at)
    {
        var trace = new RequestTrace();
        for (var i = 0; i < count; i++)
        {
            trace.Add(at(i));
        }

        return trace;
    }

    private static Func<int, Request> Random(ulong seed, Func<int, long> arrival)
    {
        var state = seed;
        return i =>
        {
            state += 0x9E3779B97F4A7C15;
            var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return new Request(arrival(i), (long)((z ^ (z >> 31)) % (ulong)(Span / 64)) * 64, false);
        };
    }
}
