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
/// <param name="Run">Of which run.</param>
/// <param name="Intensity">MACs per byte of DRAM; positive infinity where it moves nothing.</param>
/// <param name="MacsPerSecond">Reached.</param>
/// <param name="Weight">Share of the run's time, 0 to 1: the area of the point.</param>
/// <param name="Label">Written beside it; empty for none.</param>
internal sealed record RooflinePoint(int Run, int Colour, double Intensity, double MacsPerSecond, double Weight, string Tip, string Label);

/// <summary>Both axes logarithmic: what an operator asks of the arrays for each byte, and what it gets.</summary>
internal sealed class RooflineChart(IReadOnlyList<Roof> roofs, IReadOnlyList<RooflinePoint> points)
{
    public double Draw(Canvas canvas, SvgWriter svg)
    {
        var plot = Plot.On(canvas, canvas.IsNarrow ? 280 : 380);
        var finite = points.Select(point => point.Intensity).Where(double.IsFinite).ToArray();
        var x = Scale.Decades([.. finite, .. roofs.Select(roof => roof.Ridge * 4), .. roofs.Select(roof => roof.Ridge / 4)], plot.Left, plot.Right);
        var y = Scale.Decades([.. points.Select(point => point.MacsPerSecond), .. roofs.Select(roof => roof.MacsPerSecond)], plot.Bottom, plot.Top);
        plot.DrawAxes(
            canvas, svg, x, "MACs per byte of DRAM traffic", value => Figures.Engineering(value, ""), y, "MACs per second", value => Figures.Engineering(value, ""));
        foreach (var roof in roofs)
        {
            DrawRoof(svg, plot, x, y, roof, canvas.IsNarrow);
        }

        // Large points first, so that none hides a smaller one.
        foreach (var point in points.OrderByDescending(point => point.Weight))
        {
            var radius = 3.5 + (Math.Sqrt(point.Weight) * (canvas.IsNarrow ? 10 : 16));
            svg.MarkPath(Shapes.Path(point.Run, x[point.Intensity], y[point.MacsPerSecond], radius), $"point f{point.Colour}", point.Tip);
        }

        foreach (var point in canvas.IsNarrow ? [] : points.Where(point => point.Label.Length > 0))
        {
            var isRight = x[point.Intensity] > plot.Right - 160;
            var shift = 7 + (Math.Sqrt(point.Weight) * 16);
            svg.Text(x[point.Intensity] + (isRight ? -shift : shift), y[point.MacsPerSecond] + 4, isRight ? "end" : "start", "callout", point.Label);
        }

        return plot.Height;
    }

    private static void DrawRoof(SvgWriter svg, Plot plot, Scale x, Scale y, Roof roof, bool isNarrow)
    {
        // Sampled, since a straight line of the data may leave the plot below.
        const int Samples = 60;
        var path = new List<string>();
        for (var i = 0; i <= Samples; i++)
        {
            var at = plot.Left + ((plot.Right - plot.Left) * i / Samples);
            var intensity = x.Invert(at);
            path.Add($"{(i == 0 ? "M" : "L")}{SvgWriter.Number(at)} {SvgWriter.Number(y[roof.At(intensity)])}");
            if (intensity < roof.Ridge && x.Invert(plot.Left + ((plot.Right - plot.Left) * (i + 1) / Samples)) > roof.Ridge)
            {
                path.Add($"L{SvgWriter.Number(x[roof.Ridge])} {SvgWriter.Number(y[roof.MacsPerSecond])}");
            }
        }

        svg.MarkPath(
            string.Concat(path), "roof",
            $"{roof.Name}: {Figures.Engineering(roof.MacsPerSecond, "MAC/s")} under {Figures.Engineering(roof.BytesPerSecond, "B/s")}\nboth bind at {Figures.Significant(roof.Ridge)} MACs per byte");
        svg.Text(plot.Right - 4, y[roof.MacsPerSecond] - 7, "end", "callout", isNarrow ? Figures.Engineering(roof.MacsPerSecond, "MAC/s") : $"{roof.Name}: {Figures.Engineering(roof.MacsPerSecond, "MAC/s")}, {Figures.Engineering(roof.BytesPerSecond, "B/s")}");
    }
}
