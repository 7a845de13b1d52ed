using System.CommandLine;
using System.Text;
using Accel.Report.Json;
using Accel.Report.Page;
using Accel.Report.Results;

namespace Accel.Cli.Verbs;

/// <summary><c>accel report</c>: the page of a result file.</summary>
internal static class ReportVerb
{
    public static Command Create(Terminal terminal)
    {
        var input = new Argument<FileInfo>("RESULT") { Description = "a result.json that `accel flow` wrote" };
        var output = new Option<FileInfo>("--output", "-o") { Description = "the HTML file", DefaultValueFactory = _ => new FileInfo("report.html") };
        var json = CommonOptions.Json();
        var command = new Command("report", "make the page of a result file: one HTML file that needs nothing else") { input, output, json };
        command.SetAction(parsed =>
        {
            var (source, target) = (parsed.GetValue(input)!, parsed.GetValue(output)!);
            OutputFile.RequirePlace(target, source);
            var result = Read(source);
            Write(target, [result]);
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer =>
                {
                    writer.WriteString("title", result.Title);
                    writer.WriteString("report", target.ToString());
                });
            }
            else
            {
                terminal.Output.WriteLine($"{Terminal.Shown(result.Title)}: {target}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <exception cref="Accel.Core.Diagnostics.InputException">No such file, or none that is a result.</exception>
    public static RunResult Read(FileInfo file) => ResultFile.Read(file.ToString(), Encoding.UTF8.GetBytes(TextFile.Read(file, ResultFile.MaxBytes)));

    public static void Write(FileInfo file, IReadOnlyList<RunResult> results)
    {
        var page = Encoding.UTF8.GetBytes(ReportPage.Write(results));
        OutputFile.Write(file.ToString(), stream => stream.Write(page));
    }
}
