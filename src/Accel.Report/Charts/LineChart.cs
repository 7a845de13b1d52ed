namespace Accel.Report.Charts;

/// <summary>A point of a line.</summary>
internal sealed record LinePoint(double X, double Y, string Tip);

/// <summary>A line of one run.</summary>
internal sealed record Line(int Run, int Colour, IReadOnlyList<LinePoint> Points);

/// <summary>Lines with a mark at each point.</summary>
/// <param name="xTick">Text of a value, or nothing to leave it out.</param>
internal sealed class LineChart(IReadOnlyList<Line> lines, string xName, Func<double, string> xTick, string yName, Func<double, string> yTick)
{
    /// <summary>Whether the horizontal axis counts things, from zero, so that half steps mean nothing.</summary>
    public bool IsOrdinal { get; init; }

    public double Draw(Canvas canvas, SvgWriter svg)
    {
        var plot = Plot.On(canvas, canvas.IsNarrow ? 170 : 210);
        var points = lines.SelectMany(line => line.Points).ToArray();
        var (first, last) = (points.Min(point => point.X), points.Max(point => point.X));
        var x = IsOrdinal ? new Scale(first - 0.5, last + 0.5, plot.Left, plot.Right) : new Scale(first, Math.Max(last, first + 1), plot.Left, plot.Right);
        var y = Scale.FromZero(points.Select(point => point.Y), plot.Bottom, plot.Top, 4);
        plot.DrawAxes(canvas, svg, x, xName, value => IsOrdinal && value != Math.Floor(value) ? "" : xTick(value), y, yName, yTick);
        foreach (var line in lines)
        {
            svg.Path(string.Concat(line.Points.Select((point, i) => $"{(i == 0 ? "M" : "L")}{SvgWriter.Number(x[point.X])} {SvgWriter.Number(y[point.Y])}")), $"curve s{line.Colour}");
        }

        foreach (var line in lines)
        {
            foreach (var point in line.Points)
            {
                svg.MarkPath(Shapes.Path(line.Run, x[point.X], y[point.Y], line.Points.Count > 40 ? 3 : 4.5), $"point f{line.Colour}", point.Tip);
            }
        }

        return plot.Height;
    }
}
