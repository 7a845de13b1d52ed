using System.Runtime.InteropServices;
using Accel.Isa.Operands;

namespace Accel.Isa.Commands;

/// <summary>Address spaces of the machine.</summary>
public enum Space
{
    /// <summary>Off-chip memory, bytes.</summary>
    Dram,

    /// <summary>On-chip memory, bytes.</summary>
    Scratchpad,

    /// <summary>Sums of an array, words of 64 bits; each array has its own.</summary>
    Accumulator,
}

/// <summary>A run of bytes (words, for accumulators) that a command reads or writes.</summary>
/// <param name="Space">Where.</param>
/// <param name="Bank">The array whose accumulators are meant; 0 otherwise.</param>
public readonly record struct Access(Space Space, int Bank, long Start, long Length, bool IsWrite)
{
    public long End => Start + Length;
}

/// <summary>
/// What a command touches, as runs. Filled by <see cref="Command.ListAccesses"/>; reused from command to command.
/// </summary>
public sealed class AccessList
{
    /// <summary>Runs that one command may touch; a machine that walked more descriptors would never end.</summary>
    public const int MaximumRuns = 1 << 22;

    private readonly List<Access> _accesses = [];

    public ReadOnlySpan<Access> Span => CollectionsMarshal.AsSpan(_accesses);

    public void Clear() => _accesses.Clear();

    /// <exception cref="OverflowException">More than <see cref="MaximumRuns"/>.</exception>
    public void Add(Space space, long start, long length, bool isWrite, int bank = 0)
    {
        if (_accesses.Count == MaximumRuns)
        {
            throw new OverflowException($"a command that touches more than {MaximumRuns} separate ranges");
        }

        if (length != 0)
        {
            _accesses.Add(new(space, bank, start, length, isWrite));
        }
    }

    public void Read(View view, ReadOnlySpan<long> registers) => Add(view.Resolve(registers), false);

    public void Read(Operand? operand, ReadOnlySpan<long> registers)
    {
        if (operand?.View is { } view)
        {
            Read(view, registers);
        }
    }

    public void Write(View view, ReadOnlySpan<long> registers) => Add(view.Resolve(registers), true);

    /// <summary>Rows of equal length at a stride; rows that touch become one run.</summary>
    public void AddRows(Space space, long start, long rows, long rowLength, long stride, bool isWrite, int bank = 0)
    {
        if (rows <= 0 || rowLength <= 0)
        {
            return;
        }

        if (stride == 0)
        {
            rows = 1;
        }
        else if (stride == rowLength)
        {
            (rowLength, rows) = (checked(rowLength * rows), 1);
        }

        for (var row = 0L; row < rows; row++)
        {
            Add(space, checked(start + (row * stride)), rowLength, isWrite, bank);
        }
    }

    /// <summary>The bytes of a view in the scratchpad, fewest runs first: axes that touch are joined.</summary>
    public void Add(in ResolvedView view, bool isWrite)
    {
        if (view.IsEmpty)
        {
            return;
        }

        var size = view.Type.ByteSize();
        var planes = view.PlaneStride == 0 ? 1 : view.Planes;
        var rows = view.RowStride == 0 ? 1 : view.Rows;
        if (view.ColumnStride == size || view.Columns == 1 || view.ColumnStride == 0)
        {
            var rowBytes = view.ColumnStride == 0 ? size : view.Columns * size;
            if (planes > 1 && view.PlaneStride == checked(rows * view.RowStride))
            {
                (rows, planes) = (checked(rows * planes), 1);
            }

            for (var plane = 0L; plane < planes; plane++)
            {
                AddRows(Space.Scratchpad, checked(view.Address + (plane * view.PlaneStride)), rows, rowBytes, view.RowStride, isWrite);
            }

            return;
        }

        for (var plane = 0L; plane < planes; plane++)
        {
            for (var row = 0L; row < rows; row++)
            {
                var start = checked(view.Address + (plane * view.PlaneStride) + (row * view.RowStride));
                AddRows(Space.Scratchpad, start, view.Columns, size, view.ColumnStride, isWrite);
            }
        }
    }
}
