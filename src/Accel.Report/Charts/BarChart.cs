namespace Accel.Report.Charts;

/// <summary>A part of a bar.</summary>
internal sealed record BarPart(int Colour, double Value, string Tip);

/// <summary>A bar of one run: its parts end to end.</summary>
/// <param name="Run">Letter of the run; empty where there is one alone.</param>
/// <param name="Text">Stands after the bar.</param>
/// <param name="Change">Against the first run; empty for that one.</param>
/// <param name="Bound">A value that the bar cannot be shorter than, drawn as a tick; null for none.</param>
internal sealed record Bar(string Run, IReadOnlyList<BarPart> Parts, string Text, string Change = "", double? Bound = null, string BoundTip = "")
{
    public double Total => Parts.Sum(part => part.Value);
}

/// <summary>Bars that share a label: one for each run.</summary>
internal sealed record BarGroup(string Label, IReadOnlyList<Bar> Bars);

/// <summary>Horizontal stacked bars on a scale from zero.</summary>
/// <param name="groups">From the top.</param>
/// <param name="tick">Text of a value on the axis.</param>
/// <param name="most">End of the scale; null for a round value above all bars.</param>
/// <param name="isBinary">Whether the scale counts bytes.</param>
internal sealed class BarChart(IReadOnlyList<BarGroup> groups, Func<double, string> tick, double? most = null, bool isBinary = false)
{
    private const double LetterWidth = 7.1;
    private const double AxisHeight = 26;

    public double Draw(Canvas canvas, SvgWriter svg)
    {
        var runs = groups.Count == 0 ? 1 : groups.Max(group => group.Bars.Count);
        var bar = runs > 1 ? 12.0 : 16.0;
        var labelHeight = canvas.IsNarrow ? 17.0 : 0;
        var gutter = canvas.IsNarrow ? 0 : Math.Min(290, 12 + (LetterWidth * groups.Max(group => group.Label.Length)));
        var runWidth = runs > 1 ? 16.0 : 0;
        var texts = groups.SelectMany(group => group.Bars).Select(b => b.Text.Length + (b.Change.Length > 0 ? b.Change.Length + 2 : 0)).Max();
        var left = gutter + runWidth;
        var right = canvas.Width - Math.Min(canvas.IsNarrow ? 150 : 220, 12 + (LetterWidth * texts));
        var values = groups.SelectMany(group => group.Bars).SelectMany(b => new[] { b.Total, b.Bound ?? 0 });
        var ticks = canvas.IsNarrow ? 3 : 6;
        var scale = most is { } end ? new Scale(0, end, left, right) : Scale.FromZero(values, left, right, ticks, isBinary);
        var top = 4.0;
        var height = top + groups.Sum(group => labelHeight + (group.Bars.Count * (bar + 2)) + 8);
        foreach (var value in scale.Ticks(ticks))
        {
            svg.Line(scale[value], 0, scale[value], height, "grid");
            svg.Text(scale[value], height + 16, value == 0 ? "start" : "middle", "tick", tick(value));
        }

        foreach (var group in groups)
        {
            var shown = Fit(group.Label, canvas.IsNarrow ? canvas.Width : gutter - 10);
            if (canvas.IsNarrow)
            {
                svg.Text(0, top + 12, "start", "label", shown);
                top += labelHeight;
            }
            else
            {
                svg.Text(gutter - 10, top + (group.Bars.Count * (bar + 2) / 2) + 4, "end", "label", shown);
            }

            foreach (var b in group.Bars)
            {
                DrawBar(svg, b, scale, left, top, bar);
                top += bar + 2;
            }

            top += 8;
        }

        return height + AxisHeight;
    }

    private static void DrawBar(SvgWriter svg, Bar bar, Scale scale, double left, double top, double height)
    {
        if (bar.Run.Length > 0)
        {
            svg.Text(left - 6, top + height - 2.5, "end", "run", bar.Run);
        }

        var sum = 0.0;
        foreach (var part in bar.Parts.Where(part => part.Value > 0))
        {
            var start = scale[sum];
            sum += part.Value;
            svg.MarkRect(start, top, Math.Max(0.75, scale[sum] - start), height, $"f{part.Colour}", part.Tip);
        }

        if (bar.Bound is { } bound)
        {
            svg.MarkPath($"M{SvgWriter.Number(scale[bound])} {SvgWriter.Number(top - 3)}v{SvgWriter.Number(height + 6)}", "bound", bar.BoundTip);
        }

        var end = Math.Max(scale[bar.Total], scale[bar.Bound ?? 0]) + 7;
        svg.Text(end, top + height - 2.5, "start", "value", bar.Text);
        if (bar.Change.Length > 0)
        {
            svg.Text(end + (LetterWidth * (bar.Text.Length + 1)), top + height - 2.5, "start", "change", bar.Change);
        }
    }

    /// <summary>The label, cut in the middle where it is wider than its place.</summary>
    private static string Fit(string label, double width)
    {
        var most = Math.Max(4, (int)(width / LetterWidth));
        return label.Length <= most ? label : $"{label[..(most / 2)]}…{label[^((most / 2) - 1)..]}";
    }
}
