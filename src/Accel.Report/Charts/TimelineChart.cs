namespace Accel.Report.Charts;

/// <summary>A stretch of a unit's time.</summary>
internal sealed record TimelineSlice(string Unit, int Colour, double Start, double End, string Tip);

/// <summary>DRAM traffic over a stretch of time, as a share of the peak.</summary>
internal sealed record TimelineSample(double Start, double End, double Share, string Tip);

/// <summary>One run as it passed.</summary>
/// <param name="Name">Above the lanes; empty where there is one run alone.</param>
/// <param name="End">Of the run.</param>
/// <param name="Units">Lanes, from the top.</param>
internal sealed record TimelinePanel(string Name, double End, IReadOnlyList<string> Units, IReadOnlyList<TimelineSlice> Slices, IReadOnlyList<TimelineSample> Samples);

/// <summary>Units as lanes over time, DRAM bandwidth under them; runs below each other on one scale.</summary>
/// <param name="tick">Text of a time.</param>
internal sealed class TimelineChart(IReadOnlyList<TimelinePanel> panels, string axis, Func<double, string> tick)
{
    private const double Lane = 24;
    private const double BandwidthHeight = 76;

    public double Draw(Canvas canvas, SvgWriter svg)
    {
        var left = canvas.IsNarrow ? 6.0 : 110.0;
        var scale = new Scale(0, panels.Max(panel => panel.End), left, canvas.Width - 14);
        var top = 4.0;
        foreach (var panel in panels)
        {
            if (panel.Name.Length > 0)
            {
                svg.Text(0, top + 12, "start", "run", panel.Name);
                top += 22;
            }

            top = DrawLanes(canvas, svg, panel, scale, left, top);
            top = DrawBandwidth(canvas, svg, panel, scale, left, top + 10) + 26;
        }

        var bottom = top - 26;
        foreach (var value in scale.Ticks(canvas.IsNarrow ? 3 : 7))
        {
            svg.Line(scale[value], bottom, scale[value], bottom + 5, "axisline");
            svg.Text(scale[value], bottom + 18, value == 0 ? "start" : "middle", "tick", tick(value));
        }

        svg.Text(canvas.Width - 14, bottom + 36, "end", "axis", axis + " →");
        return bottom + 44;
    }

    private static double DrawLanes(Canvas canvas, SvgWriter svg, TimelinePanel panel, Scale scale, double left, double top)
    {
        foreach (var unit in panel.Units)
        {
            if (canvas.IsNarrow)
            {
                svg.Text(left, top + 11, "start", "label", unit);
                top += 15;
            }
            else
            {
                svg.Text(left - 10, top + (Lane / 2) + 2, "end", "label", unit);
            }

            svg.Rect(left, top, scale[panel.End] - left, Lane - 4, "lane", 2);
            foreach (var slice in panel.Slices.Where(slice => slice.Unit == unit))
            {
                svg.MarkRect(scale[slice.Start], top, Math.Max(0.4, scale[slice.End] - scale[slice.Start]), Lane - 4, $"slice f{slice.Colour}", slice.Tip);
            }

            top += Lane;
        }

        return top;
    }

    private static double DrawBandwidth(Canvas canvas, SvgWriter svg, TimelinePanel panel, Scale scale, double left, double top)
    {
        if (panel.Samples.Count == 0)
        {
            return top;
        }

        if (canvas.IsNarrow)
        {
            svg.Text(left, top + 9, "start", "label", "DRAM, share of peak");
            top += 15;
        }
        else
        {
            svg.Text(left - 10, top + (BandwidthHeight / 2) + 4, "end", "label", "DRAM");
            svg.Text(left - 10, top + 9, "end", "tick", "peak");
        }

        var bottom = top + BandwidthHeight;
        var y = new Scale(0, 1, bottom, top);
        foreach (var share in new[] { 0, 0.5, 1 })
        {
            svg.Line(left, y[share], scale[panel.End], y[share], share == 0 ? "axisline" : "grid");
        }

        foreach (var sample in panel.Samples)
        {
            svg.MarkRect(scale[sample.Start], y[sample.Share], scale[sample.End] - scale[sample.Start] + 0.2, bottom - y[sample.Share], "slice flow f7", sample.Tip);
        }

        return bottom;
    }
}
