namespace Accel.Report.Charts;

/// <summary>The frame of a chart with two axes: where it stands, its grid, its ticks and the names of its axes.</summary>
internal sealed class Plot
{
    private Plot(double left, double right, double top, double bottom) => (Left, Right, Top, Bottom) = (left, right, top, bottom);

    public double Left { get; }

    public double Right { get; }

    public double Top { get; }

    public double Bottom { get; }

    /// <summary>The whole drawing's height.</summary>
    public double Height => Bottom + 44;

    public static Plot On(Canvas canvas, double height) => new(canvas.IsNarrow ? 50 : 76, canvas.Width - (canvas.IsNarrow ? 12 : 24), 26, 26 + height);

    public void DrawAxes(Canvas canvas, SvgWriter svg, Scale x, string xName, Func<double, string> xTick, Scale y, string yName, Func<double, string> yTick)
    {
        foreach (var value in x.Ticks(canvas.IsNarrow ? 4 : 8))
        {
            svg.Line(x[value], Top, x[value], Bottom, "grid");
            svg.Text(x[value], Bottom + 17, "middle", "tick", xTick(value));
        }

        foreach (var value in y.Ticks(canvas.IsNarrow ? 4 : 5))
        {
            svg.Line(Left, y[value], Right, y[value], "grid");
            svg.Text(Left - 8, y[value] + 4, "end", "tick", yTick(value));
        }

        svg.Text(Left, 12, "start", "axis", "↑ " + yName);
        svg.Text(Right, Bottom + 36, "end", "axis", xName + " →");
    }
}
