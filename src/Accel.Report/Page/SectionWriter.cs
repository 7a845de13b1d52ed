using Accel.Report.Charts;
using Accel.Report.Json;
using Accel.Report.Results;
using Accel.Report.Sections;

namespace Accel.Report.Page;

/// <summary>Sections as HTML.</summary>
internal static class SectionWriter
{
    private const int MostTableRows = 200;

    /// <summary>The answers of a run, and how its steps ended.</summary>
    public static void WriteAnswers(HtmlWriter html, Run run)
    {
        html.Raw("<section class=\"answers\">\n");
        if (run.Letter.Length > 0)
        {
            html.Element("h2", "", run.Named(run.Result.Title));
        }

        html.Raw("<div class=\"cards\">\n");
        foreach (var answer in Answer.AllOf(run.Result))
        {
            html.Raw($"<div class=\"answer {ResultFormat.Word(answer.Status)}\">");
            html.Element("h3", "", answer.Question);
            html.Raw("<p class=\"big\">").Text(answer.Value).Raw(answer.Unit.Length == 0 ? "" : " ").Element("span", "unit", answer.Unit).Raw("</p>\n");
            html.Element("p", "small", answer.Detail);
            html.Raw("</div>\n");
        }

        // Beside other runs only what went wrong is news.
        html.Raw("</div>\n<ol class=\"steps\">\n");
        foreach (var step in run.Result.Steps.Where(step => run.Letter.Length == 0 || step.Status != StepStatus.Done))
        {
            html.Raw($"<li class=\"{ResultFormat.Word(step.Status)}\"><b>").Text($"{Mark(step.Status)} {step.Name}").Raw("</b> <span>")
                .Text(step.Status == StepStatus.Done ? step.Detail : $"{Word(step.Status)}: {step.Detail}").Raw("</span></li>\n");
        }

        html.Raw("</ol>\n</section>\n");
    }

    public static void Write(HtmlWriter html, Section section, List<Chart> charts)
    {
        html.Raw($"<section id=\"{section.Id}\">\n");
        html.Element("h2", "", section.Title);
        if (section.Lead.Length > 0)
        {
            html.Element("p", "lead", section.Lead);
        }

        foreach (var part in section.Parts)
        {
            switch (part)
            {
                case Chart chart:
                    charts.Add(chart);
                    Write(html, chart);
                    break;
                case ChartPair pair:
                    charts.AddRange([pair.Left, pair.Right]);
                    html.Raw("<div class=\"duo\">\n");
                    Write(html, pair.Left);
                    Write(html, pair.Right);
                    html.Raw("</div>\n");
                    break;
                case Table table:
                    Write(html, table);
                    break;
                case TextPair pair:
                    Write(html, pair);
                    break;
                case Absence absence:
                    html.Element("p", $"absent {ResultFormat.Word(absence.Status)}", $"{absence.Run}{Word(absence.Status)}: {absence.Reason}");
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"a part of kind {part.GetType().Name}");
            }
        }

        html.Raw("</section>\n");
    }

    private static void Write(HtmlWriter html, Chart chart)
    {
        html.Raw($"<figure id=\"{chart.Id}\">\n<figcaption><h3>").Text(chart.Title).Raw($"</h3><button type=\"button\" class=\"csv\" data-chart=\"{chart.Id}\" hidden>CSV</button></figcaption>\n");
        if (chart.Legend.Count > 0)
        {
            html.Raw("<ul class=\"legend\">");
            foreach (var series in chart.Legend)
            {
                html.Raw($"<li><i class=\"f{series.Colour}\"></i>").Text(series.Name).Raw("</li>");
            }

            html.Raw("</ul>\n");
        }

        foreach (var canvas in new[] { Canvas.Wide, Canvas.Narrow })
        {
            var svg = new SvgWriter();
            var height = SvgWriter.Number(chart.Draw(canvas, svg));
            html.Raw($"<svg class=\"{canvas.Name}\" viewBox=\"0 0 {SvgWriter.Number(canvas.Width)} {height}\" role=\"group\" aria-label=\"").Text(chart.Title).Raw("\">\n").Raw(svg.ToString()).Raw("</svg>\n");
        }

        if (chart.Note.Length > 0)
        {
            html.Element("p", "note", chart.Note);
        }

        WriteData(html, chart.Data);
        html.Raw("</figure>\n");
    }

    private static void WriteData(HtmlWriter html, ChartData data)
    {
        html.Raw($"<details><summary>{data.Rows.Count} rows of data</summary>\n<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
        foreach (var column in data.Columns)
        {
            html.Element("th", "", column.Replace('_', ' '));
        }

        html.Raw("</tr></thead><tbody>\n");
        foreach (var row in data.Rows.Take(MostTableRows))
        {
            html.Raw("<tr>");
            foreach (var cell in row)
            {
                html.Raw(cell is string ? "<td class=\"word\">" : "<td>").Text(cell switch
                {
                    null => "",
                    long number => Figures.Whole(number),
                    double number => Figures.Significant(number),
                    _ => (string)cell,
                }).Raw("</td>");
            }

            html.Raw("</tr>\n");
        }

        html.Raw("</tbody></table></div>\n");
        if (data.Rows.Count > MostTableRows)
        {
            html.Element("p", "note", $"The first {MostTableRows}; all are in the CSV.");
        }

        html.Raw("</details>\n");
    }

    private static void Write(HtmlWriter html, Table table)
    {
        html.Raw("<figure>\n<figcaption>").Element("h3", "", table.Title).Raw($"</figcaption>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"plain {table.Type}\">");
        if (table.Columns.Any(column => column.Length > 0))
        {
            html.Raw("<thead><tr>");
            foreach (var column in table.Columns)
            {
                html.Element("th", "", column);
            }

            html.Raw("</tr></thead>");
        }

        html.Raw("<tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Raw("<tr>");
            for (var i = 0; i < row.Count; i++)
            {
                html.Element(i == 0 ? "th" : "td", "", row[i]);
            }

            html.Raw("</tr>\n");
        }

        html.Raw("</tbody></table></div>\n</figure>\n");
    }

    private static void Write(HtmlWriter html, TextPair pair)
    {
        html.Raw("<figure>\n<figcaption>").Element("h3", "", pair.Title).Element("span", pair.AreEqual ? "good" : "bad", pair.AreEqual ? "✓ the same words" : "✗ not the same").Raw("</figcaption>\n<div class=\"pair\">");
        foreach (var (name, text) in new[] { (pair.LeftName, pair.Left), (pair.RightName, pair.Right) })
        {
            html.Raw("<div>").Element("h4", "", name).Raw("<pre>").Text(text).Raw("</pre></div>");
        }

        html.Raw("</div>\n</figure>\n");
    }

    private static string Mark(StepStatus status) => status switch { StepStatus.Done => "✓", StepStatus.Failed => "✗", _ => "–" };

    private static string Word(StepStatus status) => status == StepStatus.Failed ? "failed" : "not run";
}
