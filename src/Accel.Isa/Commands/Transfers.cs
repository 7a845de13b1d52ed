using Accel.Isa.Operands;

namespace Accel.Isa.Commands;

/// <summary>Whose bytes a transfer moves; for reports only.</summary>
public enum TrafficClass
{
    Weights,
    Cache,
    State,
    Activations,
    Input,
    Output,
}

/// <summary>A box of bytes: <c>Planes</c> of <c>Rows</c> of <c>RowBytes</c>, with strides on each side.</summary>
/// <param name="RowBytes">Contiguous bytes on both sides.</param>
public sealed record Box(Expression RowBytes)
{
    public Expression Rows { get; init; } = 1;

    public Expression Planes { get; init; } = 1;

    /// <summary>Bytes from row to row in DRAM.</summary>
    public long DramRowStride { get; init; }

    /// <summary>Bytes from plane to plane in DRAM.</summary>
    public long DramPlaneStride { get; init; }

    /// <summary>Bytes from row to row in the scratchpad.</summary>
    public long ScratchpadRowStride { get; init; }

    /// <summary>Bytes from plane to plane in the scratchpad.</summary>
    public long ScratchpadPlaneStride { get; init; }

    internal void ListAccesses(Space space, long start, ReadOnlySpan<long> registers, bool isWrite, AccessList accesses)
    {
        var planes = Planes.Resolve(registers);
        var rows = Rows.Resolve(registers);
        var rowBytes = RowBytes.Resolve(registers);
        var (rowStride, planeStride) = space == Space.Dram ? (DramRowStride, DramPlaneStride) : (ScratchpadRowStride, ScratchpadPlaneStride);
        if (planes <= 0 || rows <= 0 || rowBytes <= 0)
        {
            return;
        }

        planes = planeStride == 0 ? 1 : planes;
        if (planes > 1 && planeStride == checked(rows * rowStride))
        {
            (rows, planes) = (checked(rows * planes), 1);
        }

        for (var plane = 0L; plane < planes; plane++)
        {
            accesses.AddRows(space, checked(start + (plane * planeStride)), rows, rowBytes, rowStride, isWrite);
        }
    }
}

/// <summary>Copies a box from DRAM to the scratchpad.</summary>
public sealed record Load(TrafficClass Traffic, Expression Dram, Expression Scratchpad, Box Box) : DmaCommand
{
    public override string Mnemonic => "load";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        Box.ListAccesses(Space.Dram, Dram.Resolve(registers), registers, false, accesses);
        Box.ListAccesses(Space.Scratchpad, Scratchpad.Resolve(registers), registers, true, accesses);
    }
}

/// <summary>Copies a box from the scratchpad to DRAM.</summary>
public sealed record Store(TrafficClass Traffic, Expression Dram, Expression Scratchpad, Box Box) : DmaCommand
{
    public override string Mnemonic => "store";

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        Box.ListAccesses(Space.Scratchpad, Scratchpad.Resolve(registers), registers, false, accesses);
        Box.ListAccesses(Space.Dram, Dram.Resolve(registers), registers, true, accesses);
    }
}

/// <summary>
/// Copies one row of a table in DRAM per index: the embedding of each token. An index outside the table is a fault of the input.
/// </summary>
/// <param name="Dram">Address of the table's row 0.</param>
/// <param name="Entries">Rows of the table.</param>
/// <param name="RowBytes">Bytes that are copied of each row.</param>
/// <param name="DramStride">Bytes from row to row of the table.</param>
/// <param name="Indices">I32, <c>[rows, 1]</c>, in the scratchpad.</param>
/// <param name="Scratchpad">Where the first row goes.</param>
/// <param name="ScratchpadStride">Bytes from row to row there.</param>
public sealed record Gather(
    TrafficClass Traffic, Expression Dram, long Entries, long RowBytes, long DramStride, View Indices, Expression Scratchpad, long ScratchpadStride)
    : DmaCommand
{
    public override string Mnemonic => "gather";

    /// <remarks>Which rows of the table are read is known only from the indices; the whole table is listed.</remarks>
    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
        var indices = Indices.Resolve(registers);
        accesses.Add(indices, false);
        accesses.Add(Space.Dram, Dram.Resolve(registers), checked(((Entries - 1) * DramStride) + RowBytes), false);
        accesses.AddRows(Space.Scratchpad, Scratchpad.Resolve(registers), indices.RowCount, RowBytes, ScratchpadStride, true);
    }
}
