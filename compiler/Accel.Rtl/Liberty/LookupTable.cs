namespace Accel.Rtl.Liberty;

/// <summary>A table over none, one or two quantities, linear between its points and beyond its ends.</summary>
/// <param name="First">Points of the first quantity, rising; empty for a single value.</param>
/// <param name="Second">Points of the second, rising; empty for a table over one.</param>
/// <param name="Values">Row by row: first by second.</param>
public sealed record LookupTable(double[] First, double[] Second, double[] Values)
{
    public static LookupTable Single(double value) => new([], [], [value]);

    /// <summary>The value at a point.</summary>
    public double At(double first, double second)
    {
        var (row, rowShare) = Place(First, first);
        var (column, columnShare) = Place(Second, second);
        var width = Math.Max(1, Second.Length);
        double Cell(int r, int c) => Values[(r * width) + c];
        double Across(int r) => columnShare == 0 ? Cell(r, column) : Cell(r, column) + (columnShare * (Cell(r, column + 1) - Cell(r, column)));
        return rowShare == 0 ? Across(row) : Across(row) + (rowShare * (Across(row + 1) - Across(row)));
    }

    /// <summary>The point before a value, and how far the value is on the way to the next.</summary>
    private static (int Index, double Share) Place(double[] points, double value)
    {
        if (points.Length < 2)
        {
            return (0, 0);
        }

        var index = 0;
        while (index + 2 < points.Length && value >= points[index + 1])
        {
            index++;
        }

        return (index, (value - points[index]) / (points[index + 1] - points[index]));
    }
}
