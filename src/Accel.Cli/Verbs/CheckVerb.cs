using System.CommandLine;
using Accel.Cli.Integer;
using Accel.Compiler;
using Accel.Core.Diagnostics;
using Accel.Isa.Encoding;
using Accel.Models;
using Accel.Sim;

namespace Accel.Cli.Verbs;

/// <summary><c>accel check</c>: float reference, integer interpreter and compiled program over one text.</summary>
internal static class CheckVerb
{
    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var hardware = CommonOptions.Hardware();
        var weights = CommonOptions.Weights();
        var tokens = CommonOptions.Positive("--tokens", "tokens of prefill, and as many of decode", 256);
        var text = new Option<FileInfo?>("--text") { Description = "UTF-8 text to run; else the bundled text, else text that the model writes itself" };
        var calibration = CommonOptions.CalibrationText();
        var programFile = new Option<FileInfo?>("--program") { Description = "check this program instead of compiling one" };
        var json = CommonOptions.Json();
        var command = new Command("check", "run float reference, integers and compiled program side by side; exit 1 unless program and integers agree on every bit")
        {
            model, hardware, weights, tokens, text, calibration, programFile, json,
        };
        command.SetAction(parsed =>
        {
            var config = HardwareConfigs.Load(parsed.GetValue(hardware)!);
            var loaded = ModelLoader.Load(parsed.GetValue(model)!);
            _ = loaded.Weights;
            var half = (int)Math.Min(parsed.GetValue(tokens), loaded.ContextLength / 2);
            var ids = TextSource.Check(loaded, parsed.GetValue(text), 2 * half);
            var graph = IntegerModel.Of(loaded, parsed.GetValue(weights), parsed.GetValue(calibration));
            var program = parsed.GetValue(programFile) is { } file
                ? ProgramDecoder.Decode(file.ToString(), File.ReadAllBytes(file.FullName))
                : ModelCompiler.Compile(graph, config, new CompilerOptions { ContextLength = 2 * half }).Program;
            var progress = new Progress(terminal, "tokens", ids.Length);
            ModelCheckResult result;
            try
            {
                result = new ModelCheck(loaded, graph, program, config).Run(ids, Math.Min(half, ids.Length - 1), progress.Report);
            }
            catch (MachineFaultException fault)
            {
                terminal.Error.WriteLine($"{program.Name}: the program does what the machine cannot do: {fault.Message}");
                return ExitCode.CheckFailed;
            }

            progress.Finish();
            if (parsed.GetValue(json))
            {
                WriteJson(terminal, loaded.Name, config.Name, result);
            }
            else
            {
                Print(terminal, loaded.Name, config.Name, parsed.GetValue(weights), result);
            }

            return result.DifferingBits == 0 ? ExitCode.Done : ExitCode.CheckFailed;
        });
        return command;
    }

    private static void Print(Terminal terminal, string model, string machine, WeightChoice weights, ModelCheckResult result)
    {
        var quality = result.Quality;
        terminal.Output.WriteLine($"{model} on {machine}, weights {weights.ToString().ToLowerInvariant()}: {result.PrefillTokens} tokens of prefill, {result.DecodeTokens} of decode");
        terminal.WriteTable(
            ["layer", "relative error", "saturated lanes"],
            quality.LayerOutputs.Select(value => new[] { value.Value, $"{value.RelativeError:0.00000}", $"{value.Saturated}" }));
        terminal.WriteTable(
            ["executor", "perplexity", "against float"],
            [
                ["float reference", $"{quality.FloatPerplexity:0.0000}", ""],
                ["integer interpreter", $"{quality.Perplexity:0.0000}", $"{quality.PerplexityLoss:+0.00%;-0.00%}"],
                ["compiled program", $"{result.ProgramPerplexity:0.0000}", $"{(result.ProgramPerplexity / quality.FloatPerplexity) - 1:+0.00%;-0.00%}"],
            ]);
        terminal.Output.WriteLine($"float to integer: mean KL {quality.MeanDivergence:0.0e+0} nats, same first choice {quality.TopOneAgreement:P1}");
        terminal.Output.WriteLine($"program to integer: {result.DifferingBits} differing bits in {result.Compared:N0} elements of all values and logits");
        if (result.FirstDifference is not null)
        {
            terminal.Output.WriteLine($"first difference: {result.FirstDifference}");
        }
    }

    private static void WriteJson(Terminal terminal, string model, string machine, ModelCheckResult result) => terminal.WriteJson(writer =>
    {
        var quality = result.Quality;
        writer.WriteString("model", model);
        writer.WriteString("hardware", machine);
        writer.WriteNumber("prefill_tokens", result.PrefillTokens);
        writer.WriteNumber("decode_tokens", result.DecodeTokens);
        writer.WriteNumber("float_perplexity", quality.FloatPerplexity);
        writer.WriteNumber("integer_perplexity", quality.Perplexity);
        writer.WriteNumber("program_perplexity", result.ProgramPerplexity);
        writer.WriteNumber("mean_kl", quality.MeanDivergence);
        writer.WriteNumber("top1_agreement", quality.TopOneAgreement);
        writer.WriteNumber("compared_elements", result.Compared);
        writer.WriteNumber("differing_bits", result.DifferingBits);
        writer.WriteString("first_difference", result.FirstDifference);
        writer.WriteStartArray("values");
        foreach (var value in quality.Values)
        {
            writer.WriteStartObject();
            writer.WriteString("name", value.Value);
            writer.WriteNumber("relative_error", value.RelativeError);
            writer.WriteNumber("saturated", value.Saturated);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
