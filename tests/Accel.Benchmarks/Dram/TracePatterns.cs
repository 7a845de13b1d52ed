using Accel.Dram.Streams;

namespace Accel.Benchmarks.Dram;

/// <summary>Access patterns of the benchmarks; all within 1 GiB.</summary>
internal static class TracePatterns
{
    private const long MiB = 1 << 20;

    public static RequestTrace Sequential(int requests, int access) => Make(requests, i => (i * (long)access, false));

    /// <summary>Four sequential readers taking turns, 256 MiB apart.</summary>
    public static RequestTrace FourStreams(int requests, int access) => Make(requests, i => (i % 4 * 256 * MiB + i / 4 * (long)access, false));

    /// <summary>Two sequential readers and one writer taking turns, 256 MiB apart.</summary>
    public static RequestTrace TwoReadsOneWrite(int requests, int access) =>
        Make(requests, i => (i % 3 * 256 * MiB + i / 3 * (long)access, i % 3 == 2));

    /// <summary>Reads of 1 KiB at random places.</summary>
    public static RequestTrace Gather(int requests, int access)
    {
        var random = new SplitMix64(2);
        var chunk = 0L;
        var perChunk = 1024 / access;
        return Make(requests, i =>
        {
            chunk = i % perChunk == 0 ? (long)(random.Next() % (ulong)MiB) * 1024 : chunk;
            return (chunk + i % perChunk * access, false);
        });
    }

    /// <summary>Reads at random places.</summary>
    public static RequestTrace Random(int requests, int access)
    {
        var random = new SplitMix64(1);
        return Make(requests, _ => ((long)(random.Next() % (ulong)(1024 * MiB / access)) * access, false));
    }

    private static RequestTrace Make(int requests, Func<int, (long Address, bool IsWrite)> at)
    {
        var trace = new RequestTrace();
        for (var i = 0; i < requests; i++)
        {
            var (address, isWrite) = at(i);
            trace.Add(new Request(0, address, isWrite));
        }

        return trace;
    }
}

/// <summary>The splitmix64 generator.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
