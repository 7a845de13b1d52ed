using Accel.Compiler.Quantization.Arithmetic;

namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// Sum: <c>y = sat(shift(shift(a, LeftShift) + Sign * shift(b, RightShift), OutputShift))</c>; the first two shifts bring both to one
/// fraction and so are mostly to the left, that is negative or 0.
/// </summary>
/// <param name="Sign">1, or -1 for a difference.</param>
public sealed record QuantizedAdd(LaneValue Left, LaneValue Right, LaneValue Output, int Sign, int LeftShift, int RightShift, int OutputShift)
    : QuantizedOp(Output)
{
    public override string Mnemonic => Sign > 0 ? "add" : "subtract";

    public override IReadOnlyList<QuantizedValue> Operands => [Left, Right];
}

/// <summary>Product: <c>y = sat(shift(a * b, OutputShift))</c>.</summary>
public sealed record QuantizedMultiply(LaneValue Left, LaneValue Right, LaneValue Output, int OutputShift) : QuantizedOp(Output)
{
    public override string Mnemonic => "multiply";

    public override IReadOnlyList<QuantizedValue> Operands => [Left, Right];
}

/// <summary>Lanes <c>Start .. Start + Output.Width</c> in another format: <c>y = sat(shift(x, OutputShift))</c>.</summary>
public sealed record QuantizedSlice(LaneValue Input, LaneValue Output, int Start, int OutputShift) : QuantizedOp(Output)
{
    public override string Mnemonic => "slice";

    public override IReadOnlyList<QuantizedValue> Operands => [Input];
}

/// <summary>What a table's entry is to its argument.</summary>
public enum TableUse
{
    /// <summary><c>y = sat(shift(T(x), OutputShift))</c>: sigmoid, tanh.</summary>
    Value,

    /// <summary><c>y = sat(shift(x * T(x), OutputShift))</c>: SiLU, GELU; T is the gate.</summary>
    Gate,

    /// <summary><c>y = sat(shift((max(x, 0) &lt;&lt; ArgumentShift) + T(|x|), OutputShift))</c>: softplus.</summary>
    Remainder,
}

/// <summary>A function of one number by table look-up with linear interpolation.</summary>
public sealed record QuantizedTable(
    LaneValue Input, LaneValue Output, string Function, LookupTable Table, TableUse Use, int ArgumentShift, int OutputShift) : QuantizedOp(Output)
{
    public override string Mnemonic => Function;

    public override IReadOnlyList<QuantizedValue> Operands => [Input];
}
