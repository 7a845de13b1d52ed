namespace Accel.Tests.Shared;

/// <summary>Bytes that the calling thread allocates on the heap.</summary>
internal static class Allocations
{
    private const int Attempts = 5;

    /// <summary>
    /// The least of several runs: a collection that another thread starts counts the unused rest of this thread's allocation
    /// buffer as allocated, now and then, while an allocation of the code itself shows in every run.
    /// </summary>
    /// <param name="prepare">Runs before each run and is not counted.</param>
    /// <param name="run">What is measured; it allocates nothing for being a delegate.</param>
    public static long Least(Action prepare, Action run)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            prepare();
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
