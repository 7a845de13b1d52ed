namespace Accel.Report.Charts;

/// <summary>The two widths that charts are drawn for: text keeps its size on a phone, and marks keep theirs on a desk.</summary>
internal sealed record Canvas(string Name, double Width, bool IsNarrow)
{
    public static Canvas Wide { get; } = new("wide", 920, false);

    public static Canvas Narrow { get; } = new("narrow", 360, true);
}

/// <summary>What fills a mark.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Colour">Index in <see cref="Palette"/>.</param>
internal sealed record Series(string Name, int Colour);

/// <summary>A chart's numbers, for the page's JSON, its CSV files and its tables.</summary>
/// <param name="Rows">Text, <c>long</c>, <c>double</c> or null for nothing.</param>
internal sealed record ChartData(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>One figure of the page.</summary>
/// <param name="Id">Of the element, and of the CSV file.</param>
/// <param name="Title">What it shows, in a phrase.</param>
/// <param name="Note">How to read it, or what is left out; may be empty.</param>
/// <param name="Legend">Empty where one colour says nothing.</param>
/// <param name="Draw">Elements of an SVG of the canvas's width; gives its height.</param>
internal sealed record Chart(
    string Id, string Title, string Note, IReadOnlyList<Series> Legend, ChartData Data, Func<Canvas, SvgWriter, double> Draw);
