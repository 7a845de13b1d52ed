using Accel.Isa.Operands;

namespace Accel.Isa.Commands;

/// <summary>Which lanes of a head turn together.</summary>
public enum RotationLayout
{
    /// <summary><c>(x[i], x[i + pairs])</c>.</summary>
    Half,

    /// <summary><c>(x[2i], x[2i + 1])</c>.</summary>
    Interleaved,
}

/// <summary>
/// Rotary position embedding: <c>y0 = sat(shift(x0 c - x1 s, Shift))</c>, <c>y1 = sat(shift(x1 c + x0 s, Shift))</c> for the first
/// <c>2 * Pairs</c> lanes of each head; the others are copied.
/// </summary>
/// <param name="Source"><c>[tokens, heads * HeadWidth]</c>; may be the destination.</param>
/// <param name="Cosines">I16, <c>[tokens, Pairs]</c>.</param>
/// <param name="Sines">I16, <c>[tokens, Pairs]</c>.</param>
public sealed record Rotate(
    View Source, View Destination, View Cosines, View Sines, int HeadWidth, int Pairs, RotationLayout Layout, int Shift, long Limit) : VectorCommand
{
    public override string Mnemonic => "rotate";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Source, registers);
        accesses.Read(Cosines, registers);
        accesses.Read(Sines, registers);
        accesses.Write(Destination, registers);
    }
}

/// <summary>
/// Depthwise causal convolution: <c>y[t, c] = sat(shift(sum_k tap[c, k] * x[t + k, c], Shift) + bias[c])</c>; the first
/// <c>TapCount - 1</c> rows of the source are earlier tokens.
/// </summary>
/// <param name="Source"><c>[tokens + TapCount - 1, channels]</c>, one plane.</param>
/// <param name="Taps">I16, <c>[channels, TapCount]</c>; the last tap meets the current token.</param>
/// <param name="Bias">A row, or a constant.</param>
/// <param name="Destination"><c>[tokens, channels]</c>, one plane.</param>
public sealed record Convolve(View Source, View Taps, Operand Bias, View Destination, int TapCount, int Shift, long Limit) : VectorCommand
{
    public override string Mnemonic => "convolve";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Source, registers);
        accesses.Read(Taps, registers);
        accesses.Read(Bias, registers);
        accesses.Write(Destination, registers);
    }
}

/// <summary>How a state takes in its input.</summary>
public enum ScanForm
{
    /// <summary><c>h = sat32(shift(a h + m g, Shift))</c>: m is <see cref="Scan.Gate"/>, g <see cref="Scan.Input"/>.</summary>
    Gated,

    /// <summary><c>h = sat32(shift(a h, Shift) + g)</c>; the gate must be the constant 0.</summary>
    Added,
}

/// <summary>
/// A linear recurrence along rows, lane by lane: row t of the destination is <c>sat(shift(h_t, OutputShift))</c>, and the state ends as the
/// last h.
/// </summary>
/// <param name="Decay">a, I32, <c>[tokens, lanes]</c>.</param>
/// <param name="Gate">m, like the decay.</param>
/// <param name="Input">g, like the decay.</param>
/// <param name="State">h, I32, <c>[1, lanes]</c>; read and written.</param>
/// <param name="Destination"><c>[tokens, lanes]</c>.</param>
public sealed record Scan(
    ScanForm Form, View Decay, Operand Gate, View Input, View State, View Destination, int Shift, int OutputShift, long Limit) : VectorCommand
{
    public override string Mnemonic => "scan";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Decay, registers);
        accesses.Read(Gate, registers);
        accesses.Read(Input, registers);
        accesses.Read(State, registers);
        accesses.Write(State, registers);
        accesses.Write(Destination, registers);
    }
}

/// <summary>
/// Overwrites what a query does not see. Column c holds the key of position <c>FirstKey + c</c>; in a ring (<see cref="RingSlots"/> > 0) the key
/// of the greatest position up to <see cref="LastKey"/> whose remainder is <c>(FirstKey + c) mod RingSlots</c>. It is seen by the query at
/// position p if it lies in <c>(p - Window, p]</c> (without a window, <c>0 .. p</c>) and is not negative.
/// </summary>
/// <param name="Target"><c>[rows, keys]</c>; lanes that are seen stay as they are.</param>
/// <param name="FirstQuery">Position of the query of row 0, plane 0.</param>
/// <param name="QueriesAlongPlanes">Whether the position grows by one per plane, or per row within each plane.</param>
/// <param name="Window">Keys that a query sees; 0 for all.</param>
/// <param name="Fill">What is written.</param>
public sealed record Mask(
    View Target, Expression FirstQuery, bool QueriesAlongPlanes, Expression FirstKey, Expression LastKey, long RingSlots, long Window, long Fill)
    : VectorCommand
{
    public override string Mnemonic => "mask";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        accesses.Read(Target, registers);
        accesses.Write(Target, registers);
    }
}
