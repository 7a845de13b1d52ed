namespace Accel.Isa.Operands;

/// <summary>How the codes of a matrix lie in the scratchpad: two's complement, the first code of a byte in its lowest bits.</summary>
public enum CodeFormat
{
    /// <summary>Four codes in a byte: -1, 0, 1.</summary>
    Ternary,

    /// <summary>Eight codes in three bytes, one stream of bits: -3 to 3.</summary>
    Int3,

    /// <summary>Two codes in a byte: -7 to 7.</summary>
    Int4,

    /// <summary>-127 to 127.</summary>
    Int8,

    /// <summary>-32767 to 32767; little-endian.</summary>
    Int16,
}

/// <summary>Which index of a matrix runs fastest in memory.</summary>
public enum MatrixLayout
{
    /// <summary><c>[N, K]</c>: each output's codes lie together. Weights; keys, as <c>[slot, width]</c>.</summary>
    OutputMajor,

    /// <summary><c>[K, N]</c>: each input's codes lie together. Values, as <c>[slot, width]</c>, summed over slots.</summary>
    InputMajor,
}

/// <summary>Widths of <see cref="CodeFormat"/>.</summary>
public static class CodeFormats
{
    public static int Bits(this CodeFormat format) => format switch
    {
        CodeFormat.Ternary => 2,
        CodeFormat.Int3 => 3,
        CodeFormat.Int4 => 4,
        CodeFormat.Int8 => 8,
        _ => 16,
    };

    /// <summary>Bytes that a row of codes takes; a row starts at a byte.</summary>
    public static long RowBytes(this CodeFormat format, long codes) => checked((codes * format.Bits()) + 7) / 8;
}

/// <summary>Packed codes in the scratchpad, row by row.</summary>
/// <param name="Format">Of the codes; packed rows start at byte boundaries.</param>
/// <param name="Address">Byte address of the first row.</param>
/// <param name="Stride">Bytes from row to row.</param>
public sealed record CodeMatrix(CodeFormat Format, Expression Address, long Stride)
{
    public MatrixLayout Layout { get; init; } = MatrixLayout.OutputMajor;
}

/// <summary>
/// Scales of a matrix: unsigned 16-bit integers, <c>[outputs, groups]</c>. Group <c>g</c> covers inputs
/// <c>g * GroupSize .. (g + 1) * GroupSize</c> counted from the first input of the command, the last group what remains; a tile that lies
/// within one group names its own depth as size.
/// </summary>
/// <param name="Address">Byte address of the first output's first mantissa.</param>
/// <param name="Stride">Bytes from output to output.</param>
/// <param name="GroupSize">Inputs that share a mantissa, at least 1.</param>
public sealed record Mantissas(Expression Address, long Stride, long GroupSize);
