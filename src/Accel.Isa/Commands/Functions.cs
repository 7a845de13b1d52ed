using Accel.Isa.Operands;

namespace Accel.Isa.Commands;

/// <summary>Functions of one number that the vector unit holds in ROM and logic; exact definitions in the README, "Functions".</summary>
public enum UnaryFunction
{
    /// <summary><c>2^-x</c>, <c>x >= 0</c>.</summary>
    Exp2Negative,

    /// <summary><c>2^47 / x</c>, x in <c>[2^23, 2^24)</c>.</summary>
    Reciprocal,

    /// <summary><c>2^35 / sqrt(x)</c>, x in <c>[2^22, 2^24)</c>.</summary>
    ReciprocalSquareRoot,

    /// <summary>Square root with 30 fraction bits, x in <c>[0, 2^30]</c>.</summary>
    SquareRoot,

    /// <summary>Leading zeros of a positive 32-bit number, less one.</summary>
    Headroom,

    /// <summary>Bits of a positive number.</summary>
    BitLength,
}

/// <summary><c>y = f(x)</c> lane by lane. An argument outside the function's domain is a fault.</summary>
/// <param name="Source">Same planes, rows and columns as the destination.</param>
public sealed record Apply(UnaryFunction Function, View Source, View Destination) : VectorCommand
{
    public override string Mnemonic => "apply";

    /// <summary>Fraction bits of the argument of <see cref="UnaryFunction.Exp2Negative"/>, 8 to 30; 0 for the others.</summary>
    public int ArgumentFraction { get; init; }

    /// <summary>Fraction bits of its result, 0 to 30; 0 for the others.</summary>
    public int ResultFraction { get; init; }

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Source, registers);
        accesses.Write(Destination, registers);
    }
}

/// <summary>What a table's value is to its argument.</summary>
public enum TableUse
{
    /// <summary><c>y = sat(shift(T(x), Shift))</c>.</summary>
    Value,

    /// <summary><c>y = sat(shift(x * T(x), Shift))</c>.</summary>
    Gate,

    /// <summary><c>y = sat(shift((max(x, 0) &lt;&lt; ArgumentShift) + T(|x|), Shift))</c>.</summary>
    Remainder,
}

/// <summary>A function sampled in the scratchpad, with straight lines between the samples: README, "Tables".</summary>
/// <param name="Table">Samples, I32, contiguous, <c>Segments + 1</c> of them.</param>
/// <param name="Segments">1 or more.</param>
/// <param name="SegmentShift">log2 of a segment's length, 0 to 31.</param>
/// <param name="Low">The argument of the first sample.</param>
/// <param name="Limit">Greatest magnitude of a result; 0 does not saturate.</param>
public sealed record Lookup(
    View Source, View Destination, Expression Table, int Segments, int SegmentShift, long Low, TableUse Use, int ArgumentShift, int Shift, long Limit)
    : VectorCommand
{
    public override string Mnemonic => "lookup";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Source, registers);
        accesses.Add(Space.Scratchpad, Table.Resolve(registers), 4L * (Segments + 1), false);
        accesses.Write(Destination, registers);
    }
}
