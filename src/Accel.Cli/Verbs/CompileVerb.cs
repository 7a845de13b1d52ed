using System.CommandLine;
using Accel.Cli.Integer;
using Accel.Compiler;
using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Isa.Encoding;
using Accel.Models;
using Command = System.CommandLine.Command;

namespace Accel.Cli.Verbs;

/// <summary><c>accel compile</c>: from a model and a hardware config to the commands of that machine.</summary>
internal static class CompileVerb
{
    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var hardware = CommonOptions.Hardware();
        var weights = CommonOptions.Weights();
        var output = new Option<FileInfo?>("--output", "-o") { Description = "the program; without it nothing is written" };
        var context = CommonOptions.AtLeast("--context", "positions that caches are laid out for; 0 for the model's, at most 4096", 0, 0);
        var prefill = CommonOptions.Positive("--prefill", "most tokens of one prefill run", 64);
        var batch = CommonOptions.Positive("--batch", "independent sequences, each with states of its own", 1);
        var calibration = CommonOptions.CalibrationText();
        var dump = new Option<bool>("--dump-ir") { Description = "print the plan after each pass" };
        var operators = new Option<bool>("--operators") { Description = "show bytes moved and bound for every operator, not the total alone" };
        var savings = new Option<bool>("--savings") { Description = "show what each pass saves in bytes: compile without each of them" };
        var json = CommonOptions.Json();
        var command = new Command("compile", "compile a model for a hardware config; a shape without weights gives a timing-only program")
        {
            model, hardware, weights, output, context, prefill, batch, calibration, dump, operators, savings, json,
        };
        var switches = PassPipeline.Passes.ToDictionary(pass => pass.Name, pass => new Option<bool>($"--no-{pass.Name}") { Description = $"leave out: {pass.Summary}" }, StringComparer.Ordinal);
        foreach (var option in switches.Values)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            var config = HardwareConfigs.Load(parsed.GetValue(hardware)!);
            var loaded = ModelLoader.Load(parsed.GetValue(model)!);
            var compilation = new CompilerOptions
            {
                ContextLength = parsed.GetValue(context) is > 0 and var chosen ? chosen : (int)Math.Min(4096, loaded.ContextLength),
                PrefillTokens = parsed.GetValue(prefill),
                Sequences = parsed.GetValue(batch),
                DisabledPasses = switches.Where(pair => parsed.GetValue(pair.Value)).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal),
                DumpIr = parsed.GetValue(dump) ? (pass, text) => terminal.Output.WriteLine($"# after {pass}\n{text}") : null,
                Taps = loaded.HasWeights,
            };
            if (parsed.GetValue(savings))
            {
                var shape = Quantizer.QuantizeShape(loaded.Graph, IntegerModel.Options(parsed.GetValue(weights)));
                if (parsed.GetValue(json))
                {
                    terminal.WriteJson(writer => PassSavings.WriteJson(writer, shape, config, compilation));
                }
                else
                {
                    PassSavings.Print(terminal, shape, config, compilation);
                }

                return ExitCode.Done;
            }

            var graph = IntegerModel.Of(loaded, parsed.GetValue(weights), parsed.GetValue(calibration));
            var (program, report) = ModelCompiler.Compile(graph, config, compilation);
            if (parsed.GetValue(output) is { } file)
            {
                OutputFile.Write(file.ToString(), stream => stream.Write(ProgramEncoder.Encode(program)));
            }

            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer => CompileOutput.WriteJson(writer, program, report));
            }
            else
            {
                CompileOutput.Print(terminal, config.Name, program, report, parsed.GetValue(operators));
            }

            return ExitCode.Done;
        });
        return command;
    }
}
