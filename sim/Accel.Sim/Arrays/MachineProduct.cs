using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Sim.Timing;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Arrays;

/// <summary>
/// The product <c>[M, K] x [K, N]</c> of int8 activations on one array of our machine, from a cold start until its last sum is in the accumulators:
/// tiles of weights load while others are used, and the rows may be folded into bands.
/// </summary>
/// <remarks>The cycles come from the class that times every product of a simulated program, one pass after the other.</remarks>
/// <param name="Fold">Bands that the rows form.</param>
/// <param name="Cycles">Until the last sum.</param>
/// <param name="Passes">Tiles held still.</param>
/// <param name="Macs">Multiply-accumulates.</param>
/// <param name="ReadsA">Activations read from the scratchpad.</param>
/// <param name="ReadsB">Weights read from the scratchpad.</param>
/// <param name="WritesC">Sums added to the accumulators, which are no part of the scratchpad.</param>
/// <param name="Utilisation">Share of the multipliers' cycles that did work of the product.</param>
public sealed record MachineProduct(int Fold, long Cycles, long Passes, Int128 Macs, Int128 ReadsA, Int128 ReadsB, Int128 WritesC, double Utilisation)
{
    /// <summary>Greatest extent.</summary>
    public const long Largest = 1_000_000_000;

    private const long MostPasses = 100_000_000;

    /// <summary>The product with a given fold.</summary>
    /// <exception cref="InputException">More passes than can be walked.</exception>
    public static MachineProduct Of(MatMulArrayConfig array, Dataflow dataflow, int fold, int weightBits, long m, long n, long k)
    {
        var (height, width) = ((long)array.Rows / fold, (long)array.Columns * fold);
        var (blocks, across) = (Ceiling(dataflow == Dataflow.WeightStationary ? k : m, height), Ceiling(n, width));
        if ((Int128)blocks * across > MostPasses)
        {
            throw new InputException("array", "--m, --n, --k", $"at most {MostPasses} passes through the array", $"{(Int128)blocks * across}");
        }

        // Nothing but the array itself: the scratchpad delivers and takes whatever it asks for.
        var shares = new ScratchpadShares(array.WeightPort.Value, array.Rows, 2L * array.Columns, 1, 1);
        var cycles = new PassPipeline(array, shares).Run(new(m, k, n, 1, weightBits, k, false, fold, dataflow), 0);
        var (macs, isWeights) = ((Int128)m * n * k, dataflow == Dataflow.WeightStationary);
        return new(
            fold, cycles, blocks * across, macs, (Int128)m * k * across, (Int128)k * n * (isWeights ? 1 : blocks), (Int128)m * n * (isWeights ? blocks : 1),
            (double)macs / ((double)cycles * array.Rows * array.Columns));
    }

    /// <summary>The product with the fold of the fewest cycles; of equal ones the smallest.</summary>
    public static MachineProduct Best(MatMulArrayConfig array, Dataflow dataflow, int weightBits, long m, long n, long k) =>
        Enumerable.Range(1, array.Rows).Where(fold => array.Rows % fold == 0)
            .Select(fold => Of(array, dataflow, fold, weightBits, m, n, k))
            .MinBy(product => product.Cycles)!;

    private static long Ceiling(long a, long b) => ((a - 1) / b) + 1;
}
