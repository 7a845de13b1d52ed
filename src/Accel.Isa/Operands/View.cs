namespace Accel.Isa.Operands;

/// <summary>
/// Integers in the scratchpad as <c>[Planes, Rows, Columns]</c> with a stride per axis. Commands that work by rows see
/// <c>Planes * Rows</c> rows, plane by plane. A stride of 0 repeats what is read along that axis; a written view must not overlap itself.
/// </summary>
/// <param name="Type">Of the elements.</param>
/// <param name="Address">Byte address of the first element.</param>
/// <param name="Columns">Elements of a row.</param>
public sealed record View(LaneType Type, Expression Address, Expression Columns)
{
    public Expression Planes { get; init; } = 1;

    public Expression Rows { get; init; } = 1;

    /// <summary>Bytes from plane to plane.</summary>
    public long PlaneStride { get; init; }

    /// <summary>Bytes from row to row.</summary>
    public long RowStride { get; init; }

    /// <summary>Bytes from element to element.</summary>
    public long ColumnStride { get; init; } = Type.ByteSize();

    /// <summary>A matrix whose rows lie one behind the other without gaps.</summary>
    public static View Matrix(LaneType type, Expression address, Expression rows, int columns) =>
        new(type, address, columns) { Rows = rows, RowStride = (long)columns * type.ByteSize() };

    /// <summary>One number per row, contiguous: <c>[rows, 1]</c>. Where a command asks for whole rows it is repeated along them.</summary>
    public static View Scalars(LaneType type, Expression address, Expression rows) =>
        new(type, address, 1) { Rows = rows, RowStride = type.ByteSize() };

    /// <summary>One row that serves all rows: norm weights, biases.</summary>
    public static View Row(LaneType type, Expression address, Expression columns) => new(type, address, columns);

    /// <summary>The view for given registers.</summary>
    /// <exception cref="OverflowException">A count is negative or exceeds 31 bits.</exception>
    public ResolvedView Resolve(ReadOnlySpan<long> registers) =>
        new(Type, Address.Resolve(registers), Size(Planes, registers), Size(Rows, registers), Size(Columns, registers),
            PlaneStride, RowStride, ColumnStride);

    private static long Size(Expression count, ReadOnlySpan<long> registers) => count.Resolve(registers) is >= 0 and <= int.MaxValue and var size
        ? size
        : throw new OverflowException($"{count.Resolve(registers)} planes, rows or columns");
}

/// <summary>A view whose numbers are known.</summary>
public readonly record struct ResolvedView(
    LaneType Type, long Address, long Planes, long Rows, long Columns, long PlaneStride, long RowStride, long ColumnStride)
{
    public bool IsEmpty => Planes == 0 || Rows == 0 || Columns == 0;

    public long RowCount => Planes * Rows;

    /// <summary>Address of the first element of a row, counted through all planes.</summary>
    public long RowAddress(long row) => Address + (row / Rows * PlaneStride) + (row % Rows * RowStride);
}
