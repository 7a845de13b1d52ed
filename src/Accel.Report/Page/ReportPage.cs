using System.Security.Cryptography;
using System.Text;
using Accel.Report.Charts;
using Accel.Report.Results;
using Accel.Report.Sections;

namespace Accel.Report.Page;

/// <summary>
/// One HTML file about one run, or several side by side. It needs no other file and no network, and its security policy forbids
/// both; charts are drawn here, so that it can be read and printed without its script.
/// </summary>
public static class ReportPage
{
    /// <summary>More cannot be told apart.</summary>
    public const int MostRuns = 6;

    /// <summary>The page's text. The same results give the same bytes.</summary>
    /// <param name="results">From 1 to <see cref="MostRuns"/>; the first is the one that others are compared with.</param>
    public static string Write(IReadOnlyList<RunResult> results)
    {
        ArgumentOutOfRangeException.ThrowIfZero(results.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(results.Count, MostRuns);
        var runs = Run.Of(results);
        Section[] sections =
        [
            .. runs.Count > 1 ? [ComparisonSection.Make(runs)] : Array.Empty<Section>(),
            CyclesSection.Make(runs),
            TimelineSection.Make(runs),
            RooflineSection.Make(runs),
            TrafficSection.Make(runs),
            NumericsSection.Make(runs),
            ChipSection.Make(runs),
            ModelSection.Make(runs),
            MachineSection.Make(runs),
        ];
        var title = runs.Count == 1 ? results[0].Title : $"{runs.Count} runs compared";
        var (style, script) = (Colours() + Resource("page.css"), Resource("page.js"));
        var html = new HtmlWriter();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Raw($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{Hash(style)}'; script-src '{Hash(script)}'; base-uri 'none'; form-action 'none'\">\n");
        html.Element("title", "", $"{title} · Accel");
        html.Raw($"<style>{style}</style>\n</head>\n<body>\n");
        WriteHead(html, title, sections);
        html.Raw("<main>\n");
        foreach (var run in runs)
        {
            SectionWriter.WriteAnswers(html, run);
        }

        var charts = new List<Chart>();
        foreach (var section in sections)
        {
            SectionWriter.Write(html, section, charts);
        }

        html.Raw("</main>\n<footer>").Text($"Made by Accel {results[0].Program}. The numbers of every chart are in this page; none was fetched from elsewhere.").Raw("</footer>\n");
        html.Raw("<div id=\"tip\" role=\"status\" hidden></div>\n<script type=\"application/json\" id=\"data\">").Raw(ChartJson.Write(charts)).Raw("</script>\n");
        html.Raw($"<script>{script}</script>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void WriteHead(HtmlWriter html, string title, IReadOnlyList<Section> sections)
    {
        html.Raw("<header>\n<div class=\"bar\">\n<span class=\"brand\">Accel</span>\n<nav aria-label=\"Sections\">");
        foreach (var section in sections)
        {
            html.Raw($"<a href=\"#{section.Id}\">").Text(section.Name).Raw("</a>");
        }

        html.Raw("</nav>\n<button id=\"theme\" type=\"button\" hidden>Light or dark</button>\n</div>\n");
        html.Element("h1", "", title);
        html.Raw("</header>\n");
    }

    /// <summary>Variables of both modes: what the system prefers, unless the reader chose.</summary>
    private static string Colours()
    {
        var light = string.Concat(Palette.Grounds.Select(ground => $"--{ground.Name}:{ground.Light};").Concat(Palette.Colours.Select((colour, i) => $"--c{i}:{colour.Light};")));
        var dark = string.Concat(Palette.Grounds.Select(ground => $"--{ground.Name}:{ground.Dark};").Concat(Palette.Colours.Select((colour, i) => $"--c{i}:{colour.Dark};")));
        var fills = string.Concat(Palette.Colours.Select((_, i) => $".f{i}{{fill:var(--c{i});background:var(--c{i})}}.s{i}{{stroke:var(--c{i})}}\n"))
            + $".f{Palette.Nothing}{{fill:var(--line);background:var(--line)}}\n";
        return $":root{{color-scheme:light;{light}}}\n:root[data-theme=dark]{{color-scheme:dark;{dark}}}\n"
            + $"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
            + $"@media print{{:root,:root[data-theme=dark]{{color-scheme:light;{light}}}}}\n{fills}";
    }

    /// <summary>What the security policy lets through: this text and no other.</summary>
    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(ReportPage).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
