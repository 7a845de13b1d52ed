using Accel.Core.Formats;
using Accel.Graph;

namespace Accel.Runtime.Execution;

/// <summary>
/// The memory of a value during a session: float32 or int32 rows, one per entry of the leading axis, or a stored parameter.
/// </summary>
internal sealed class ValueMemory
{
    private float[]? _constant;

    public ValueMemory(Value value, int rowElements)
    {
        Value = value;
        RowElements = rowElements;
    }

    public Value Value { get; }

    /// <summary>Elements of one entry of the leading axis; of the whole value if it has no axis.</summary>
    public int RowElements { get; }

    /// <summary>The floats of a computed value or a state; several values may take turns in one array.</summary>
    public float[] Floats { get; set; } = [];

    /// <summary>The integers of a token or expert index.</summary>
    public int[] Ints { get; set; } = [];

    /// <summary>A parameter as its checkpoint stores it.</summary>
    public StoredTensor? Stored { get; init; }

    /// <summary>Rows of a value whose leading axis is the tokens of the step.</summary>
    public Span<float> Row(int row) => Floats.AsSpan(row * RowElements, RowElements);

    public Span<float> Rows(int first, int count) => Floats.AsSpan(first * RowElements, count * RowElements);

    /// <summary>Computed from parameters alone, once, when the session starts.</summary>
    public bool IsFolded { get; init; }

    /// <summary>Rows to be read, of a computed value or of a stored parameter. A vector is one run, whatever rows are asked for.</summary>
    public ReadOnlySpan<float> Read(int first, int count) =>
        Value.Type.Shape.Dims is [{ IsConstant: true }] ? All : All.AsSpan(first * RowElements, count * RowElements);

    /// <summary>Every float of the value, decoded if it is a parameter.</summary>
    public float[] All => Stored is null ? Floats : _constant ??= Stored.ToFloats();

    /// <summary>
    /// A small constant operand (norm weight, bias, decay) as floats: a parameter is decoded once, a folded value is taken as it is.
    /// </summary>
    /// <exception cref="IrException">The value differs from step to step.</exception>
    public float[] Constant => Stored is not null || IsFolded
        ? All
        : throw new IrException(Value.Name, "operand", "a parameter, or a value of parameters alone", "a value of each step");
}
