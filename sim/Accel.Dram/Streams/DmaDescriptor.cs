using System.Globalization;
using Accel.Core.Diagnostics;

namespace Accel.Dram.Streams;

/// <summary>One level of a transfer's loop nest.</summary>
/// <param name="Count">Iterations; positive.</param>
/// <param name="StrideBytes">Address step per iteration.</param>
public readonly record struct DmaLoop(long Count, long StrideBytes);

/// <summary>
/// A block transfer: <paramref name="RunBytes"/> contiguous bytes at each point of a loop nest around <paramref name="BaseAddress"/>.
/// Each run moves every burst it touches, in ascending order; runs follow each other with the last loop fastest.
/// </summary>
/// <param name="BaseAddress">Byte address of the first run.</param>
/// <param name="RunBytes">Contiguous bytes per run; positive.</param>
/// <param name="IsWrite">A write; else a read.</param>
/// <param name="Loops">Outer loops, slowest first; none for one contiguous transfer.</param>
public sealed record DmaDescriptor(long BaseAddress, long RunBytes, bool IsWrite = false, params IReadOnlyList<DmaLoop> Loops)
{
    private const long MostRuns = 1L << 40;

    /// <summary>Number of contiguous runs.</summary>
    public long Runs => Loops.Aggregate(1L, (product, loop) => checked(product * loop.Count));

    /// <summary>Bytes asked for, not counting the rest of partly used bursts.</summary>
    public UInt128 TotalBytes => (UInt128)Runs * (UInt128)RunBytes;

    /// <summary>Refuses a descriptor that is empty, endless or leaves the memory.</summary>
    /// <param name="capacityBytes">Bytes of the whole memory.</param>
    /// <exception cref="InputException">Names the fault.</exception>
    public void Check(long capacityBytes)
    {
        Demand(RunBytes > 0, "bytes", "a positive number", RunBytes);
        Demand(BaseAddress >= 0, "base", "an address of 0 or more", BaseAddress);
        Int128 low = BaseAddress, high = (Int128)BaseAddress + RunBytes;
        Int128 runs = 1;
        foreach (var loop in Loops)
        {
            Demand(loop.Count > 0, "count", "a positive number", loop.Count);
            var reach = (Int128)(loop.Count - 1) * loop.StrideBytes;
            low += Int128.Min(0, reach);
            high += Int128.Max(0, reach);
            runs *= loop.Count;
            Demand(runs <= MostRuns, "count", $"at most {MostRuns} runs", loop.Count);
        }

        if (low < 0 || high > capacityBytes)
        {
            throw new InputException("descriptor", "address", $"bytes within the capacity of {capacityBytes}", $"{low} to {high}");
        }
    }

    private static void Demand(bool holds, string place, string expected, long found)
    {
        if (!holds)
        {
            throw new InputException("descriptor", place, expected, found.ToString(CultureInfo.InvariantCulture));
        }
    }
}
