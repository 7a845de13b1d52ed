using Accel.Isa.Operands;

namespace Accel.Isa.Commands;

/// <summary>What stands still in the array while the rest streams through.</summary>
public enum Dataflow
{
    /// <summary>A tile of weights; activations and partial sums move.</summary>
    WeightStationary,

    /// <summary>A tile of sums; activations and weights move.</summary>
    OutputStationary,
}

/// <summary>
/// <c>acc[m, n] (+)= sum_g mantissa[n, g] * (sum_(k in g) activation[m, k] * weight[n, k])</c>, exactly. M, N and K may exceed the array:
/// it works through them tile by tile, and the sum is an integer, so neither dataflow, fold nor array size changes a bit.
/// </summary>
/// <param name="Activations">Codes I8 or I16, <c>[M, K]</c>, each row contiguous.</param>
/// <param name="Weights">Packed codes: <c>[N, K]</c> or, input-major, <c>[K, N]</c>.</param>
/// <param name="Outputs">N.</param>
/// <param name="Mantissas">Null: all 1.</param>
/// <param name="Accumulator">Word of the first sum.</param>
/// <param name="AccumulatorStride">Words from a row of sums to the next.</param>
/// <param name="Accumulate">Adds to what stands there; otherwise overwrites.</param>
public sealed record MatMul(
    View Activations, CodeMatrix Weights, Expression Outputs, Mantissas? Mantissas, Expression Accumulator, long AccumulatorStride, bool Accumulate)
    : ArrayCommand
{
    public override string Mnemonic => "matmul";

    public Dataflow Dataflow { get; init; }

    /// <summary>
    /// Column groups: the array's rows form this many bands of equal height, each fed its own block of columns of the same product. 1 uses
    /// the array as one. For few activation rows: with <c>R</c> rows and M = 1, fold R keeps every multiplier busy. Values do not depend on it.
    /// </summary>
    public int Fold { get; init; } = 1;

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        var activations = Activations.Resolve(registers);
        var outputs = Outputs.Resolve(registers);
        accesses.Add(activations, false);
        var (rows, codes) = Weights.Layout == MatrixLayout.OutputMajor ? (outputs, activations.Columns) : (activations.Columns, outputs);
        accesses.AddRows(
            Space.Scratchpad, Weights.Address.Resolve(registers), rows, Weights.Format.RowBytes(codes), Weights.Stride, false);
        if (Mantissas is { } mantissas)
        {
            var groups = (activations.Columns + mantissas.GroupSize - 1) / mantissas.GroupSize;
            accesses.AddRows(Space.Scratchpad, mantissas.Address.Resolve(registers), outputs, 2 * groups, mantissas.Stride, false);
        }

        var accumulator = Accumulator.Resolve(registers);
        if (Accumulate)
        {
            accesses.AddRows(Space.Accumulator, accumulator, activations.RowCount, outputs, AccumulatorStride, false, Array);
        }

        accesses.AddRows(Space.Accumulator, accumulator, activations.RowCount, outputs, AccumulatorStride, true, Array);
    }
}

/// <summary>
/// Reads sums out of the accumulators: <c>y[m, n] = sat(shift(sat32(shift(S, SumShift)) * scale[m], OutputShift) + bias[n])</c>; without a
/// scale <c>y = sat(shift(S, SumShift) + bias[n])</c>. The read-out has its own port: it may run beside a product whose sums lie
/// elsewhere.
/// </summary>
/// <param name="Accumulator">Word of the first sum.</param>
/// <param name="AccumulatorStride">Words from row to row.</param>
/// <param name="Destination">Where the lanes go, <c>[M, N]</c>.</param>
/// <param name="Scale">I32, <c>[M, 1]</c>; null for none.</param>
/// <param name="Bias">I32, <c>[1, N]</c>; null for none.</param>
/// <param name="Limit">Greatest magnitude of a result; 0 does not saturate (a result that does not fit the destination is a fault).</param>
public sealed record Drain(
    Expression Accumulator, long AccumulatorStride, View Destination, View? Scale, View? Bias, int SumShift, int OutputShift, long Limit)
    : ArrayCommand
{
    public override string Mnemonic => "drain";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        var destination = Destination.Resolve(registers);
        accesses.AddRows(
            Space.Accumulator, Accumulator.Resolve(registers), destination.RowCount, destination.Columns, AccumulatorStride, false, Array);
        if (Scale is not null)
        {
            accesses.Read(Scale, registers);
        }

        if (Bias is not null)
        {
            accesses.Read(Bias, registers);
        }

        accesses.Add(destination, true);
    }
}
