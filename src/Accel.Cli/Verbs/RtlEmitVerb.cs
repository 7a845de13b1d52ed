using System.CommandLine;
using Accel.Cli.Chips;
using Accel.Cli.Integer;
using Accel.Compiler.Quantization;
using Accel.Rtl.Chip;
using Accel.Rtl.Matrices.Choice;
using Accel.Rtl.Packaging;
using Accel.Rtl.Verification;

namespace Accel.Cli.Verbs;

/// <summary><c>accel rtl emit</c>: writes the folder of a chip.</summary>
internal static class RtlEmitVerb
{
    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var output = new Option<string?>("--output", "-o") { Description = "the folder; else rtl-out/NAME" };
        var weights = CommonOptions.Weights();
        var lanes = CommonOptions.AtLeast("--lanes", "multiply-accumulate lanes, a power of two; 0 lets the cost model choose", 0, 0);
        var style = new Option<string[]>("--style")
        {
            HelpName = "[MATRICES=]STYLE",
            Description = "how matrices become logic: rom (constant tables and shared multiply-accumulate lanes: smallest), serial (bit-serial adder graphs: a wire and a full adder per addend), "
                + "parallel (adder graphs on whole words, pipelined: largest), auto (by area, cycles and power); for all matrices or for some: all, ffn, attention, head, or names with *, as in "
                + "--style auto --style ffn=serial,head=rom; the last that names a matrix decides",
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => ["rom"],
        };
        var objective = CommonOptions.Choice("--objective", "what auto has least of: gates times cycles per token, gates, cycles, or gates that change per token", StyleObjective.AreaTime);
        var area = CommonOptions.Number("--area", "gate equivalents that all matrices together may take by the estimate; 0 for no limit", 0, 0, 1e15);
        var levels = CommonOptions.Positive("--adder-levels", "adders on the longest way through a pipeline stage of style parallel", 2);
        var context = CommonOptions.AtLeast("--context", "positions that the caches hold; 0 for the model's, at most 512", 0, 0);
        var noProbe = new Option<bool>("--no-probe") { Description = "leave out the ports that show every value" };
        var tokens = CommonOptions.Positive("--tokens", "tokens that the vectors expect behind each prompt", 256);
        var prompts = Prompts();
        var temperature = CommonOptions.Number("--temperature", "of the sampled half of the vectors; 0 for greedy alone", 0.8, 0, 5000);
        var seed = new Option<ulong>("--seed") { Description = "of the sampled half of the vectors", DefaultValueFactory = _ => 1 };
        var calibration = CommonOptions.CalibrationText();
        var json = CommonOptions.Json();
        var command = new Command("emit", "write a model as Verilog, with benches, expected tokens, scripts and a report")
        {
            model, output, weights, style, objective, area, levels, lanes, context, noProbe, tokens, prompts, temperature, seed, calibration, json,
        };
        command.SetAction(parsed =>
        {
            var named = parsed.GetValue(model)!;
            var settings = new List<SamplingSettings> { SamplingSettings.Greedy };
            if (parsed.GetValue(temperature) > 0)
            {
                settings.Add(SamplingSettings.Of(parsed.GetValue(temperature), parsed.GetValue(seed)));
            }

            var folder = parsed.GetValue(output) ?? Path.Combine("rtl-out", Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(named)));
            OutputFolder.RequirePlace(folder, ChipReport.FileName);
            var request = new StyleRequest
            {
                Rules = [.. parsed.GetValue(style)!.SelectMany(text => StyleRule.Parse("--style", text))],
                Objective = parsed.GetValue(objective),
                MostGates = parsed.GetValue(area) is > 0 and var most ? most : double.PositiveInfinity,
                Lanes = parsed.GetValue(lanes),
                AdderLevels = parsed.GetValue(levels),
            };
            Progress? searches = null;
            var source = ChipSource.Make(
                named, parsed.GetValue(weights), parsed.GetValue(calibration), new ChipOptions
                {
                    ContextLength = parsed.GetValue(context),
                    Lanes = parsed.GetValue(lanes),
                    HasProbe = !parsed.GetValue(noProbe),
                    AdderLevels = parsed.GetValue(levels),
                    TileOptimised = (done, all) => (searches ??= new(terminal, "adder graphs", all)).Report(done),
                }, request);
            var length = source.Design.Options.ContextLength;
            var texts = PromptSource.Of(source.Model, parsed.GetValue(prompts), length);
            var progress = new Progress(terminal, "runs", texts.Length * settings.Count);
            var runs = TestRuns.Of(source.Graph, source.Design.Cycles, length, texts, parsed.GetValue(tokens), settings, progress.Report);
            progress.Finish();
            var origin = ChipSource.Origin(named, source.Model.Name, parsed.GetValue(weights), parsed.GetValue(calibration), folder);
            var tests = new TestEntry(runs.Count, texts.Length, parsed.GetValue(tokens), parsed.GetValue(temperature), parsed.GetValue(seed));
            var (report, files) = ChipPackage.Of(source.Graph, source.Design, origin, runs, tests);
            searches?.Finish();
            OutputFolder.Write(folder, ChipReport.FileName, files);
            if (parsed.GetValue(json))
            {
                terminal.Output.Write(report.Print());
            }
            else
            {
                Print(terminal, folder, report, files.Values.Sum(text => (long)text.Length));
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The option that emit and verify share.</summary>
    public static Option<FileInfo?> Prompts() => new("--prompts") { Description = "a prompt a line (token numbers if the model has no tokenizer); else pieces of the text that the model is checked with" };

    private static void Print(Terminal terminal, string folder, ChipReport report, long bytes)
    {
        terminal.Output.WriteLine($"{Terminal.Shown(report.Model.Name)} as a chip: {Terminal.Shown(folder)}, {report.Files.Count} modules, {bytes:N0} bytes in all");
        terminal.WriteTable(
            ["", "at position 0", $"at position {report.ContextLength - 1}", "mean"],
            [
                ["cycles per prompt token", .. Range(report.PromptCycles)],
                ["cycles per generated token", .. Range(report.GenerationCycles)],
            ]);
        terminal.WriteTable(
            ["matrices", "style", "weights", "gate equivalents", "per weight", "cycles", "toggles"],
            [
                .. report.Matrices.GroupBy(matrix => (Class: Class(matrix), matrix.Style)).Select(group =>
                {
                    var weights = group.Sum(matrix => (long)matrix.Rows * matrix.Columns);
                    var gates = group.Sum(matrix => matrix.Gates);
                    return new[]
                    {
                        $"{group.Count()} {Terminal.Shown(group.Key.Class)}", group.Key.Style.ToString().ToLowerInvariant(), $"{weights:N0}", $"{gates:N0}", $"{(double)gates / weights:N2}",
                        $"{group.Sum(matrix => matrix.Cycles):N0}", $"{group.Sum(matrix => matrix.Toggles):N0}",
                    };
                }),
            ]);
        terminal.Output.WriteLine(
            $"{report.Weights:N0} weights as logic, about {report.Area.MatrixGates:N0} gate equivalents and {report.Area.SharedGates:N0} for what they share ({report.Lanes} lanes, scales); {report.Area.MemoryBits:N0} bits in {report.Memories.Count} memories");
        terminal.Output.WriteLine($"{report.Tests.Runs} runs of {report.Tests.Tokens} tokens to check: accel rtl verify {Terminal.Shown(folder)}");

        // Matrices of one place in all layers: layers.3.mlp.up.weight is one of layers.*.mlp.up.
        static string Class(MatrixEntry matrix) => string.Join('.', matrix.Name.Split('.').Where(part => part != "weight").Select(part => part.All(char.IsAsciiDigit) ? "*" : part)) + $" {matrix.Format}";

        static IEnumerable<string> Range(CycleRange range) => [$"{range.First:N0}", $"{range.Last:N0}", $"{range.Mean:N1}"];
    }
}
