using System.CommandLine;
using Accel.Cli.Integer;
using Accel.Sim.Reports;
using Accel.Sim.Reports.Timeline;
using Accel.Sim.Timing;
using Command = System.CommandLine.Command;

namespace Accel.Cli.Verbs;

/// <summary><c>accel sim</c>: how long a model takes on a machine, and where each cycle went.</summary>
internal static class SimVerb
{
    public static Command Create(Terminal terminal)
    {
        var arguments = new TimingArguments();
        var trace = new Option<FileInfo?>("--trace") { Description = "write a timeline that opens in Perfetto (ui.perfetto.dev)" };
        var csv = new Option<FileInfo?>("--csv") { Description = "write the operators as CSV" };
        var operators = new Option<bool>("--operators") { Description = "show every operator and every unit, not groups of them" };
        var noSkip = new Option<bool>("--no-skip") { Description = "step through each cycle: slow, and the same in every number" };
        var savings = new Option<bool>("--savings") { Description = "show what each pass saves in cycles and bytes: compile and simulate without each of them" };
        var json = CommonOptions.Json();
        var command = new Command("sim", "simulate a model on a machine: cycles, bytes, and what each unit did; shapes suffice");
        arguments.AddTo(command);
        foreach (var option in new Option[] { trace, csv, operators, noSkip, savings, json })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            var (timeline, table) = (parsed.GetValue(trace), parsed.GetValue(csv));
            if (timeline is not null)
            {
                OutputFile.RequirePlace(timeline, [.. arguments.Inputs(parsed), table]);
            }

            if (table is not null)
            {
                OutputFile.RequirePlace(table, [.. arguments.Inputs(parsed)]);
            }

            return MachineFaults.Shown(terminal, () =>
            {
                var model = arguments.Prepare(parsed);
                if (parsed.GetValue(savings))
                {
                    ShowSavings(terminal, model, parsed.GetValue(json));
                    return;
                }

                var report = Time(terminal, model, new TimingOptions { Skip = !parsed.GetValue(noSkip) }, timeline);
                var result = new TimedResult(model, report);
                if (table is not null)
                {
                    OutputFile.Write(table.ToString(), stream =>
                    {
                        using var writer = new StreamWriter(stream, leaveOpen: true);
                        OperatorCsv.Write(writer, report, result.OperatorBytesNeeded);
                    });
                }

                if (parsed.GetValue(json))
                {
                    terminal.WriteJson(writer => SimJson.Write(writer, result));
                }
                else
                {
                    SimOutput.Print(terminal, result, parsed.GetValue(operators));
                }
            });
        });
        return command;
    }

    private static void ShowSavings(Terminal terminal, TimedModel model, bool json)
    {
        var savings = TimedSavings.Of(model, terminal);
        if (json)
        {
            terminal.WriteJson(savings.Write);
        }
        else
        {
            savings.Print(terminal);
        }
    }

    private static TimingReport Time(Terminal terminal, TimedModel model, TimingOptions options, FileInfo? trace)
    {
        if (trace is null)
        {
            return Time(terminal, model, options);
        }

        TimingReport? report = null;
        OutputFile.Write(trace.ToString(), stream =>
        {
            using var timeline = new TimelineWriter(stream, $"{model.Name} on {model.Hardware.Name}", model.Program, model.Workload, model.Hardware.Clocks.Core);
            report = Time(terminal, model, options with { Observer = timeline });
            timeline.Complete();
        });
        return report!;
    }

    private static TimingReport Time(Terminal terminal, TimedModel model, TimingOptions options)
    {
        var report = model.Time(options with { Observer = RunProgress.For(terminal, model.Workload, options.Observer, out var progress) });
        progress.Finish();
        return report;
    }
}
