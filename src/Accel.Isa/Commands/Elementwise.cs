using Accel.Isa.Operands;

namespace Accel.Isa.Commands;

/// <summary>What <see cref="Elementwise"/> computes before the shift; a is the left, b the right operand.</summary>
public enum LaneFunction
{
    /// <summary><c>a</c>; b is ignored and must be the constant 0.</summary>
    Move,

    /// <summary><c>(a &lt;&lt; LeftShift) + (b &lt;&lt; RightShift)</c>.</summary>
    Add,

    /// <summary><c>(a &lt;&lt; LeftShift) - (b &lt;&lt; RightShift)</c>.</summary>
    Subtract,

    /// <summary><c>a * b</c>.</summary>
    Multiply,

    /// <summary>The greater.</summary>
    Maximum,

    /// <summary>The lesser.</summary>
    Minimum,

    /// <summary><c>|a|</c>; b is ignored and must be the constant 0.</summary>
    Absolute,
}

/// <summary>
/// Lane by lane <c>y = sat(shift(f(a, b), s) + c)</c> with <c>s = Shift + ShiftSign * shiftBy</c>, in 64 bits; a result beyond 64 bits is a
/// fault. <c>shift</c> rounds halves up; with <see cref="Truncate"/> it drops the bits (floor). A negative <c>s</c> shifts left.
/// </summary>
/// <param name="Destination">Its planes, rows and columns are those of the command.</param>
/// <param name="Limit">Greatest magnitude of a result; 0 does not saturate (a result that does not fit the destination is a fault).</param>
public sealed record Elementwise(LaneFunction Function, Operand Left, Operand Right, View Destination, int Shift, long Limit) : VectorCommand
{
    public override string Mnemonic => "lanes";

    public int LeftShift { get; init; }

    public int RightShift { get; init; }

    /// <summary>c, added behind the shift.</summary>
    public Operand Addend { get; init; } = 0;

    /// <summary>A part of the shift that data decide; usually one number per row.</summary>
    public Operand ShiftBy { get; init; } = 0;

    /// <summary>1 or -1: whether <see cref="ShiftBy"/> shifts right or left.</summary>
    public int ShiftSign { get; init; } = 1;

    public bool Truncate { get; init; }

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Left, registers);
        accesses.Read(Right, registers);
        accesses.Read(Addend, registers);
        accesses.Read(ShiftBy, registers);
        accesses.Write(Destination, registers);
    }
}
