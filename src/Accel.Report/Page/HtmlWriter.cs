using System.Net;
using System.Text;

namespace Accel.Report.Page;

/// <summary>Writes HTML: tags as they stand, text escaped.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Markup of ours.</summary>
    public HtmlWriter Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>Text of whoever's; escaped, fit for content and for attributes in quotes.</summary>
    public HtmlWriter Text(string text)
    {
        _text.Append(WebUtility.HtmlEncode(text));
        return this;
    }

    /// <summary>An element that holds text alone.</summary>
    public HtmlWriter Element(string tag, string type, string text) =>
        Raw(type.Length == 0 ? $"<{tag}>" : $"<{tag} class=\"{type}\">").Text(text).Raw($"</{tag}>\n");

    public override string ToString() => _text.ToString();
}
