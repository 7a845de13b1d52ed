using System.Globalization;
using System.Net;
using System.Text;

namespace Accel.Report.Charts;

/// <summary>Writes SVG elements; every text is escaped, every coordinate has at most two digits.</summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>A number as SVG wants it.</summary>
    public static string Number(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);

    public void Open(string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(element, attributes);
        _text.Append('>');
    }

    public void Close(string element) => _text.Append("</").Append(element).Append(">\n");

    public void Text(double x, double y, string anchor, string type, string text)
    {
        Open("text", ("x", Number(x)), ("y", Number(y)), ("text-anchor", anchor), ("class", type));
        _text.Append(WebUtility.HtmlEncode(text));
        Close("text");
    }

    public void Line(double x1, double y1, double x2, double y2, string type) =>
        Empty("line", ("x1", Number(x1)), ("y1", Number(y1)), ("x2", Number(x2)), ("y2", Number(y2)), ("class", type));

    public void Path(string data, string type) => Empty("path", ("d", data), ("class", type));

    public void Rect(double x, double y, double width, double height, string type, double radius = 0) =>
        Empty("rect", [.. Box(x, y, width, height), ("rx", Number(radius)), ("class", type)]);

    /// <summary>A mark: a shape that stands for data, and says so when it is pointed at or reached by keyboard.</summary>
    public void MarkRect(double x, double y, double width, double height, string type, string tip) =>
        Mark("rect", tip, type, Box(x, y, width, height));

    public void MarkPath(string data, string type, string tip) => Mark("path", tip, type, [("d", data)]);

    public override string ToString() => _text.ToString();

    private static (string Name, string Value)[] Box(double x, double y, double width, double height) =>
        [("x", Number(x)), ("y", Number(y)), ("width", Number(Math.Max(0, width))), ("height", Number(height))];

    private void Mark(string element, string tip, string type, (string Name, string Value)[] attributes)
    {
        Open(element, [.. attributes, ("class", "mark " + type)]);
        _text.Append("<title>").Append(WebUtility.HtmlEncode(tip)).Append("</title>");
        Close(element);
    }

    private void Empty(string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(element, attributes);
        _text.Append("/>\n");
    }

    private void Start(string element, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _text.Append('<').Append(element);
        foreach (var (name, value) in attributes)
        {
            _text.Append(' ').Append(name).Append("=\"").Append(WebUtility.HtmlEncode(value)).Append('"');
        }
    }
}
