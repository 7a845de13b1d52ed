using Accel.Isa.Operands;

namespace Accel.Sim.Blocks;

/// <summary>Rules for the shapes that one command may combine.</summary>
internal static class OperandRules
{
    /// <exception cref="MachineFaultException">The rule is broken.</exception>
    public static void Demand(bool holds, string rule)
    {
        if (!holds)
        {
            throw new MachineFaultException(FaultKind.BadOperand, $"breaks the rule: {rule}");
        }
    }

    /// <summary>A view that fits the scratchpad along each axis, however often its strides repeat a byte.</summary>
    public static void DemandBounded(in ResolvedView view, long scratchpadBytes) =>
        Demand(view.Columns <= scratchpadBytes && view.RowCount <= scratchpadBytes, "no more rows or columns than the scratchpad has bytes");

    /// <summary>A view whose elements all lie apart.</summary>
    public static void DemandWritable(in ResolvedView view)
    {
        Span<(long Stride, long Count)> axes = [(view.PlaneStride, view.Planes), (view.RowStride, view.Rows), (view.ColumnStride, view.Columns)];
        axes.Sort();
        var extent = (Int128)view.Type.ByteSize();
        foreach (var (stride, count) in axes)
        {
            if (count > 1)
            {
                Demand(stride >= extent, "the elements of a written view do not overlap");
                extent += (Int128)stride * (count - 1);
            }
        }
    }

    /// <summary>Same rows and columns, one by one.</summary>
    public static void DemandSameShape(in ResolvedView a, in ResolvedView b, string what) =>
        Demand(a.RowCount == b.RowCount && a.Columns == b.Columns, $"{what} have the same rows and columns");

    /// <summary>The row of an operand that serves a row of the result: the same one, or the only one along an axis.</summary>
    public static long RowFor(in ResolvedView operand, in ResolvedView result, long row) => operand.RowCount == result.RowCount
        ? row
        : ((operand.Planes == 1 ? 0 : row / result.Rows) * operand.Rows) + (operand.Rows == 1 ? 0 : row % result.Rows);

    /// <summary>Whether <see cref="RowFor"/> is defined, and the columns are as many as the result's, or one.</summary>
    public static void DemandServes(in ResolvedView operand, in ResolvedView result)
    {
        var rows = operand.RowCount == result.RowCount
            || ((operand.Planes == 1 || operand.Planes == result.Planes) && (operand.Rows == 1 || operand.Rows == result.Rows));
        Demand(rows && (operand.Columns == 1 || operand.Columns == result.Columns), "an operand has as many rows and columns as the result, or one");
    }
}
