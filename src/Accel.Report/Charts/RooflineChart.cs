using Accel.Core.Units;

namespace Accel.Report.Charts;

/// <summary>A machine's roof.</summary>
/// <param name="MacsPerSecond">Of the arrays.</param>
/// <param name="BytesPerSecond">Of the memory.</param>
internal sealed record Roof(int Run, string Name, double MacsPerSecond, double BytesPerSecond)
{
    /// <summary>MACs per byte at which both bind.</summary>
    public double Ridge => MacsPerSecond / BytesPerSecond;

    public double At(double intensity) => Math.Min(MacsPerSecond, intensity * BytesPerSecond);
}

/// <summary>An operator under the roof.</summary>
/// <param name="Shape">Of the point: tells runs apart, or phases.</param>
/// <param name="Intensity">MACs per byte of DRAM; positive infinity where it moves nothing.</param>
/// <param name="MacsPerSecond">Reached.</param>
/// <param name="Weight">Share of the run's time, 0 to 1: the area of the point.</param>
/// <param name="Label">Written beside it; empty for none.</param>
internal sealed record RooflinePoint(int Shape, int Colour, double Intensity, double MacsPerSecond, double Weight, string Tip, string Label);

/// <summary>Both axes logarithmic: what an operator asks of the arrays for each byte, and what it gets.</summary>
internal sealed class RooflineChart(IReadOnlyList<Roof> roofs, IReadOnlyList<RooflinePoint> points)
{
    public double Draw(Canvas canvas, SvgWriter svg)
    {
        var plot = Plot.On(canvas, canvas.IsNarrow ? 280 : 380);
        var finite = points.Select(point => point.Intensity).Where(double.IsFinite).ToArray();
        var x = Scale.Logarithmic([.. finite, .. roofs.Select(roof => roof.Ridge * 4), .. roofs.Select(roof => roof.Ridge / 4)], plot.Left, plot.Right);
        var y = Scale.Logarithmic([.. points.Select(point => point.MacsPerSecond), .. roofs.Select(roof => roof.MacsPerSecond)], plot.Bottom, plot.Top);
        plot.DrawAxes(
            canvas, svg, x, "MACs per byte of DRAM traffic", Figures.Significant, y, "MACs per second", value => Engineering.Format(value, ""));
        foreach (var roof in roofs)
        {
            DrawRoof(svg, plot, x, y, roof, canvas.IsNarrow);
        }

        // Large points first, so that none hides a smaller one.
        foreach (var point in points.OrderByDescending(point => point.Weight))
        {
            var radius = 3.5 + (Math.Sqrt(point.Weight) * (canvas.IsNarrow ? 10 : 16));
            svg.MarkPath(Shapes.Path(point.Shape, x[point.Intensity], y[point.MacsPerSecond], radius), $"point f{point.Colour}", point.Tip);
        }

        DrawLabels(svg, plot, x, y, canvas.IsNarrow ? [] : points.Where(point => point.Label.Length > 0));
        return plot.Height;
    }

    /// <summary>Labels in order, of which those that would hide an earlier one are left out: the tip says it too.</summary>
    private static void DrawLabels(SvgWriter svg, Plot plot, Scale x, Scale y, IEnumerable<RooflinePoint> labelled)
    {
        const double Height = 14;
        var taken = new List<(double X, double Y)>();
        foreach (var point in labelled)
        {
            var isRight = x[point.Intensity] > plot.Right - 220;
            var shift = 8 + (Math.Sqrt(point.Weight) * 16);
            var (px, py) = (x[point.Intensity] + (isRight ? -shift : shift), y[point.MacsPerSecond] + 4);
            if (taken.Any(other => Math.Abs(other.Y - py) < Height && Math.Abs(other.X - px) < 200))
            {
                continue;
            }

            taken.Add((px, py));
            svg.Text(px, py, isRight ? "end" : "start", "callout", point.Label);
        }
    }

    private static void DrawRoof(SvgWriter svg, Plot plot, Scale x, Scale y, Roof roof, bool isNarrow)
    {
        // The slope enters the plot from the left or from below, whichever it meets first.
        var (left, bottom, right) = (x.Invert(plot.Left), y.Invert(plot.Bottom), x.Invert(plot.Right));
        var start = Math.Max(left, bottom / roof.BytesPerSecond);
        var path = new[] { (At: start, Rate: roof.At(start)), (At: Math.Clamp(roof.Ridge, start, right), Rate: roof.At(Math.Clamp(roof.Ridge, start, right))), (At: right, Rate: roof.At(right)) }
            .Select((corner, i) => $"{(i == 0 ? "M" : "L")}{SvgWriter.Number(x[corner.At])} {SvgWriter.Number(y[corner.Rate])}");
        svg.MarkPath(
            string.Concat(path), "roof",
            $"{roof.Name}: {Engineering.Format(roof.MacsPerSecond, "MAC/s")} under {Engineering.Format(roof.BytesPerSecond, "B/s")}\nboth bind at {Figures.Significant(roof.Ridge)} MACs per byte");
        svg.Text(plot.Right - 4, y[roof.MacsPerSecond] - 7, "end", "callout", isNarrow ? Engineering.Format(roof.MacsPerSecond, "MAC/s") : $"{roof.Name}: {Engineering.Format(roof.MacsPerSecond, "MAC/s")}, {Engineering.Format(roof.BytesPerSecond, "B/s")}");
    }
}
