using System.CommandLine;
using Accel.Cli.Flow;
using Accel.Report;
using Accel.Report.Json;
using Accel.Report.Page;
using Accel.Report.Results;

namespace Accel.Cli.Verbs;

/// <summary><c>accel flow</c>: everything about one model on one machine, in one folder with one page to look at.</summary>
internal static class FlowVerb
{
    /// <summary>The file by which a folder of ours is known.</summary>
    public const string ResultName = "result.json";

    private const string ReportName = "report.html";
    private const string ChipName = "chip";
    private const string DefaultFolder = "rtl-out";

    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var hardware = CommonOptions.Hardware();
        var weights = CommonOptions.Weights();
        var output = new Option<DirectoryInfo?>("--output", "-o") { Description = $"folder for results; else {DefaultFolder}/MODEL-HARDWARE" };
        var setup = new Option<bool>("--setup") { Description = "install the outside tools that are missing, by apt-get" };
        var context = CommonOptions.AtLeast("--context", $"positions that caches are laid out for; 0 for the model's, at most {FlowRequest.UsualContext}", 0, 0);
        var check = CommonOptions.Positive("--check-tokens", "tokens that all executors run side by side, in prefill and again in decode", 128);
        var prompt = CommonOptions.AtLeast("--prompt-tokens", "tokens of the prompt that is timed; 0 for none", 256, 0);
        var text = new Option<string>("--prompt") { Description = "text that the chip continues", DefaultValueFactory = _ => "ROMEO:" };
        var chip = CommonOptions.Positive("--chip-tokens", "tokens that the chip draws behind it, greedily and again by temperature", 48);
        var calibration = CommonOptions.CalibrationText();
        var json = CommonOptions.Json();
        var command = new Command("flow", "import, compile, check, simulate, emit and verify a model, and write one report; exit 1 if a check failed")
        {
            model, hardware, weights, output, setup, context, check, prompt, text, chip, calibration, json,
        };
        command.SetAction(parsed =>
        {
            var request = new FlowRequest(
                parsed.GetValue(model)!, parsed.GetValue(hardware)!, parsed.GetValue(weights), parsed.GetValue(calibration),
                parsed.GetValue(context), parsed.GetValue(check), parsed.GetValue(prompt), parsed.GetValue(text)!, parsed.GetValue(chip));
            return Run(terminal, request, parsed.GetValue(output)?.ToString(), parsed.GetValue(setup), parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(Terminal terminal, FlowRequest request, string? folder, bool setup, bool json)
    {
        folder ??= Path.Combine(DefaultFolder, $"{Stem(request.Model)}-{Stem(request.Hardware)}");
        OutputFolder.RequirePlace(folder, ResultName);
        OutputFolder.RequireWritable(folder);
        var tools = new FlowTools(json ? terminal.Error : terminal.Output);
        if (setup)
        {
            tools.InstallMissing();
        }

        var log = new StepLog(json ? null : terminal.Output);
        var (result, chip) = new FlowRun(terminal, request, log, tools, Path.Combine(folder, ChipName)).Run();
        var text = ResultFile.Write(result);
        OutputFolder.Write(
            folder, ResultName,
            [new(ResultName, text), new(ReportName, ReportPage.Write([result])), .. chip.Select(file => KeyValuePair.Create($"{ChipName}/{file.Key}", file.Value))]);
        if (json)
        {
            terminal.Output.Write(text);
        }
        else
        {
            Print(terminal.Output, result, Path.Combine(folder, ReportName));
        }

        return log.HasFailed ? ExitCode.CheckFailed : ExitCode.Done;
    }

    /// <summary>The last lines: the questions that everyone asks, and where to look.</summary>
    private static void Print(TextWriter output, RunResult result, string report)
    {
        output.WriteLine();
        foreach (var answer in Answer.AllOf(result))
        {
            output.WriteLine($"{answer.Question,-15} {answer.Phrase}: {answer.Detail}");
        }

        output.WriteLine($"{"The report:",-15} {report}");
    }

    /// <summary>A model or config as the user named it, as a part of a folder's name.</summary>
    private static string Stem(string name) => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(name));
}
