namespace Accel.Sim.Arrays;

/// <summary>What lies still in the array during a fold.</summary>
public enum Stationary
{
    /// <summary>A tile of B, <c>[R, C]</c> of <c>[K, N]</c>.</summary>
    Weights,

    /// <summary>A tile of the result, <c>[R, C]</c> of <c>[M, N]</c>.</summary>
    Outputs,

    /// <summary>A tile of A, <c>[R, C]</c> of <c>[K, M]</c>.</summary>
    Inputs,
}

/// <summary>
/// The product <c>[M, K] x [K, N]</c> on one systolic array that works through its folds one after the other: each is loaded, streamed
/// through and emptied before the next one begins. The textbook array, kept for comparison; the machine of a hardware config overlaps folds.
/// </summary>
/// <param name="Rows">R, of the array.</param>
/// <param name="Columns">C, of the array.</param>
/// <param name="Stationary">What a fold holds still.</param>
/// <param name="M">Rows of A.</param>
/// <param name="N">Columns of B.</param>
/// <param name="K">Depth.</param>
/// <remarks>
/// Cycles of a fold, counted until its last sum leaves the array's edge: load R, first sum after R, one row (column) of the stream per cycle, and C - 1
/// of skew. Edge folds take as long as full ones. Extents up to <see cref="Largest"/> stay within 128 bits.
/// </remarks>
public sealed record FoldedProduct(long Rows, long Columns, Stationary Stationary, long M, long N, long K)
{
    /// <summary>Greatest extent.</summary>
    public const long Largest = 1_000_000_000_000;

    /// <summary>Tiles along the array's rows, and along its columns.</summary>
    public (long Down, long Across) Tiles => Stationary switch
    {
        Stationary.Weights => (Ceiling(K, Rows), Ceiling(N, Columns)),
        Stationary.Inputs => (Ceiling(K, Rows), Ceiling(M, Columns)),
        _ => (Ceiling(M, Rows), Ceiling(N, Columns)),
    };

    public Int128 Folds => (Int128)Tiles.Down * Tiles.Across;

    public Int128 CyclesPerFold => Stationary switch
    {
        Stationary.Weights => (2 * Rows) + Columns + M - 2,
        Stationary.Inputs => (2 * Rows) + Columns + N - 2,
        _ => Rows + Columns + K - 2,
    };

    public Int128 Cycles => Folds * CyclesPerFold;

    public Int128 Macs => (Int128)M * N * K;

    /// <summary>Elements of A read from the scratchpad.</summary>
    public Int128 ReadsA => (Int128)M * K * (Stationary == Stationary.Inputs ? 1 : Tiles.Across);

    /// <summary>Elements of B read from the scratchpad.</summary>
    public Int128 ReadsB => (Int128)K * N * (Stationary switch
    {
        Stationary.Weights => 1,
        Stationary.Inputs => Tiles.Across,
        _ => Tiles.Down,
    });

    /// <summary>Sums, partial ones included, written to the scratchpad.</summary>
    public Int128 WritesC => (Int128)M * N * (Stationary == Stationary.Outputs ? 1 : Tiles.Down);

    /// <summary>Share of the multipliers' cycles that did work of the product.</summary>
    public double Utilisation => (double)Macs / ((double)Cycles * Rows * Columns);

    private static long Ceiling(long a, long b) => ((a - 1) / b) + 1;
}
