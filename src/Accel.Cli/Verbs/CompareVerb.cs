using System.CommandLine;
using Accel.Core.Diagnostics;
using Accel.Report;
using Accel.Report.Page;
using Accel.Report.Results;

namespace Accel.Cli.Verbs;

/// <summary><c>accel compare</c>: results side by side, each against the first.</summary>
internal static class CompareVerb
{
    public static Command Create(Terminal terminal)
    {
        var inputs = new Argument<FileInfo[]>("RESULTS") { Description = $"from 2 to {ReportPage.MostRuns} result files; the first is the one that others are compared with", Arity = new ArgumentArity(1, 1_000) };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "also write a page: the charts of all runs, differences marked" };
        var json = CommonOptions.Json();
        var command = new Command("compare", "show two or more results of `accel flow` side by side") { inputs, output, json };
        command.SetAction(parsed =>
        {
            var files = parsed.GetValue(inputs)!;
            if (files.Length is < 2 or > ReportPage.MostRuns)
            {
                throw new InputException("compare", "", $"from 2 to {ReportPage.MostRuns} result files", $"{files.Length}");
            }

            if (parsed.GetValue(output) is { } place)
            {
                OutputFile.RequirePlace(place, files);
            }

            var results = files.Select(ReportVerb.Read).ToArray();
            if (parsed.GetValue(output) is { } target)
            {
                ReportVerb.Write(target, results);
            }

            if (parsed.GetValue(json))
            {
                WriteJson(terminal, files, results);
            }
            else
            {
                Print(terminal, files, results);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Terminal terminal, FileInfo[] files, RunResult[] results)
    {
        for (var i = 0; i < results.Length; i++)
        {
            terminal.Output.WriteLine($"{Letter(i)}  {Terminal.Shown(results[i].Title)}  ({files[i]})");
        }

        string[] headings = ["", .. results.SelectMany((_, i) => i == 0 ? [Letter(i)] : new[] { Letter(i), "against A" })];
        terminal.WriteTable(headings, Metric.All.Where(metric => results.Any(result => metric.Of(result) is not null)).Select(metric =>
        {
            var first = metric.Of(results[0]);
            return new[] { metric.Name }.Concat(results.SelectMany((result, i) => Cells(metric, first, metric.Of(result), i))).ToArray();
        }));
        foreach (var (result, letter) in results.Select((result, i) => (result, Letter(i))))
        {
            foreach (var step in result.Steps.Where(step => step.Status != StepStatus.Done))
            {
                terminal.Output.WriteLine($"{letter}: {step.Name} {(step.Status == StepStatus.Failed ? "failed" : "not run")}: {Terminal.Shown(step.Detail)}");
            }
        }
    }

    private static IEnumerable<string> Cells(Metric metric, double? first, double? value, int index)
    {
        yield return value is { } number ? metric.Text(number) : "not run";
        if (index > 0)
        {
            yield return Metric.Change(first, value);
        }
    }

    private static void WriteJson(Terminal terminal, FileInfo[] files, RunResult[] results) => terminal.WriteJson(writer =>
    {
        writer.WriteStartArray("runs");
        for (var i = 0; i < results.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("file", files[i].ToString());
            writer.WriteString("title", results[i].Title);
            writer.WriteStartObject("metrics");
            foreach (var metric in Metric.All)
            {
                if (metric.Of(results[i]) is { } value)
                {
                    writer.WriteNumber(metric.Name, value);
                }
                else
                {
                    writer.WriteNull(metric.Name);
                }
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    private static string Letter(int index) => $"{(char)('A' + index)}";
}
