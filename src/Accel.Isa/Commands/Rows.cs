using Accel.Isa.Operands;

namespace Accel.Isa.Commands;

/// <summary>What <see cref="Reduce"/> makes of a row.</summary>
public enum ReduceFunction
{
    Sum,
    SumOfSquares,
    Maximum,
    AbsoluteMaximum,
}

/// <summary>Each row to one number; with <see cref="Accumulate"/> what stood in the destination takes part (its absolute value too).</summary>
/// <param name="Destination"><c>[rows, 1]</c>, by the same planes and rows as the source.</param>
public sealed record Reduce(ReduceFunction Function, View Source, View Destination, bool Accumulate) : VectorCommand
{
    public override string Mnemonic => "reduce";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Source, registers);
        if (Accumulate)
        {
            accesses.Read(Destination, registers);
        }

        accesses.Write(Destination, registers);
    }
}

/// <summary>The constants of an RMS norm: README, "Rows to codes".</summary>
/// <param name="EpsilonMantissa">0 to 2^31 - 1.</param>
/// <param name="EpsilonShift">Of the mantissa; twice the row's headroom is taken off.</param>
/// <param name="GreatestHeadroom">The headroom counts as no more than this, 0 to 30: a smaller row is all epsilon.</param>
/// <param name="Weight">I16, <c>[1, columns]</c>, factor per column; null for none.</param>
public sealed record NormConstants(int EpsilonMantissa, int EpsilonShift, int GreatestHeadroom, View? Weight);

/// <summary>Lanes to codes with one scale per row, by way of an RMS norm if <see cref="Norm"/> is given: README, "Rows to codes".</summary>
/// <param name="Source">Lanes I16 or I32, <c>[rows, columns]</c>.</param>
/// <param name="Codes">I8 or I16, same planes, rows and columns.</param>
/// <param name="Scale">One number per row.</param>
/// <param name="ScaleMantissa">0 to 2^31 - 1.</param>
/// <param name="ScaleShift">Behind it.</param>
public sealed record QuantizeRows(View Source, View Codes, View Scale, NormConstants? Norm, int ScaleMantissa, int ScaleShift) : VectorCommand
{
    public override string Mnemonic => "quantize";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Source, registers);
        if (Norm?.Weight is { } weight)
        {
            accesses.Read(weight, registers);
        }

        accesses.Write(Codes, registers);
        accesses.Write(Scale, registers);
    }
}

/// <summary>RMS norm of each row, as lanes: README, "RMS norm".</summary>
/// <param name="Norm">Its weight must be present.</param>
/// <param name="Limit">Greatest magnitude of a result.</param>
public sealed record NormalizeRows(View Source, View Destination, NormConstants Norm, int OutputShift, long Limit) : VectorCommand
{
    public override string Mnemonic => "normalize";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Source, registers);
        if (Norm.Weight is { } weight)
        {
            accesses.Read(weight, registers);
        }

        accesses.Write(Destination, registers);
    }
}

/// <summary>Packed codes to lanes: <c>y[r, i] = sat(shift(code[r, i] * mantissa[r, i / group], Shift))</c>. The embedding's last step.</summary>
/// <param name="Codes">Output-major: one row of codes per row of the destination.</param>
public sealed record Dequantize(CodeMatrix Codes, Mantissas? Mantissas, View Destination, int Shift, long Limit) : VectorCommand
{
    public override string Mnemonic => "dequantize";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        var destination = Destination.Resolve(registers);
        accesses.AddRows(
            Space.Scratchpad, Codes.Address.Resolve(registers), destination.RowCount, Codes.Format.RowBytes(destination.Columns), Codes.Stride, false);
        if (Mantissas is { } mantissas)
        {
            var groups = (destination.Columns + mantissas.GroupSize - 1) / mantissas.GroupSize;
            accesses.AddRows(
                Space.Scratchpad, mantissas.Address.Resolve(registers), destination.RowCount, 2 * groups, mantissas.Stride, false);
        }

        accesses.Add(destination, true);
    }
}
