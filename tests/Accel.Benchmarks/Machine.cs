using System.Runtime.Intrinsics;

namespace Accel.Benchmarks;

/// <summary>What this machine can do at most, measured in the same run as everything that is compared with it.</summary>
internal static unsafe class Machine
{
    /// <summary>CPU seconds of this process so far, all threads, to the microsecond.</summary>
    public static double CpuSeconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <summary>Runs <paramref name="work"/> until a second of CPU time has passed; the least CPU seconds of one run.</summary>
    public static double BestCpuSeconds(Action work, double budget = 1, int atLeast = 3)
    {
        work();
        var best = double.MaxValue;
        var start = CpuSeconds;
        for (var run = 0; run < atLeast || CpuSeconds - start < budget; run++)
        {
            var before = CpuSeconds;
            work();
            best = Math.Min(best, CpuSeconds - before);
        }

        return best;
    }

    /// <summary>Bytes per CPU second of one core that reads an array much larger than its caches.</summary>
    public static double StreamingReadBandwidth()
    {
        var array = GC.AllocateArray<float>(1 << 28, pinned: true);
        array.AsSpan().Fill(1);
        var sink = 0f;
        var seconds = BestCpuSeconds(() => sink += Sum(array), budget: 2);
        GC.KeepAlive(sink);
        return array.Length * 4.0 / seconds;
    }

    /// <summary>Float32 operations per CPU second of one core with all operands in registers.</summary>
    public static double PeakFlops()
    {
        const int Rounds = 20_000_000;
        var sink = 0f;
        var seconds = BestCpuSeconds(() => sink += MultiplyAdd(Rounds), budget: 2);
        GC.KeepAlive(sink);
        return Rounds * 12.0 * 16 * 2 / seconds;
    }

    private static float Sum(float[] array)
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        fixed (float* p = array)
        {
            for (var i = 0L; i < array.Length; i += 64)
            {
                a += Vector512.Load(p + i);
                b += Vector512.Load(p + i + 16);
                c += Vector512.Load(p + i + 32);
                d += Vector512.Load(p + i + 48);
            }
        }

        return Vector512.Sum(a + b + c + d);
    }

    private static float MultiplyAdd(int rounds)
    {
        var x = Vector512.Create(0.999f);
        var (a0, a1, a2, a3) = (x, x, x, x);
        var (a4, a5, a6, a7) = (x, x, x, x);
        var (a8, a9, a10, a11) = (x, x, x, x);
        for (var i = 0; i < rounds; i++)
        {
            a0 = Vector512.FusedMultiplyAdd(a0, x, x);
            a1 = Vector512.FusedMultiplyAdd(a1, x, x);
            a2 = Vector512.FusedMultiplyAdd(a2, x, x);
            a3 = Vector512.FusedMultiplyAdd(a3, x, x);
            a4 = Vector512.FusedMultiplyAdd(a4, x, x);
            a5 = Vector512.FusedMultiplyAdd(a5, x, x);
            a6 = Vector512.FusedMultiplyAdd(a6, x, x);
            a7 = Vector512.FusedMultiplyAdd(a7, x, x);
            a8 = Vector512.FusedMultiplyAdd(a8, x, x);
            a9 = Vector512.FusedMultiplyAdd(a9, x, x);
            a10 = Vector512.FusedMultiplyAdd(a10, x, x);
            a11 = Vector512.FusedMultiplyAdd(a11, x, x);
        }

        return Vector512.Sum(a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11);
    }
}
