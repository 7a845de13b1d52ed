using System.CommandLine;
using System.Numerics;
using System.Text.Json;
using Accel.Cli.Integer;
using Accel.Compiler.Quantization;
using Accel.Core.Diagnostics;
using Accel.Models;
using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.Matrices;
using Accel.Rtl.Synthesis;
using Accel.Rtl.Synthesis.Gates;
using Accel.Rtl.Tools;

namespace Accel.Cli.Verbs;

/// <summary><c>accel rtl unit</c>: one constant matrix in each style, mapped, timed, and its gates checked against integers.</summary>
internal static class RtlUnitVerb
{
    private static readonly string[] _styles = ["rom", "serial", "parallel", "serial-graph", "parallel-graph"];

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<FileInfo?>("FILE") { Arity = ArgumentArity.ZeroOrOne, Description = "a matrix as `cmvm` reads it; else one of a model's" };
        var model = new Option<string>("--model") { Description = "the model whose matrix to take", DefaultValueFactory = _ => ModelLoader.DefaultName };
        var name = new Option<string?>("--matrix") { HelpName = "NAME", Description = "a matrix of the model, such as layers.0.mlp.up.weight" };
        var weights = CommonOptions.Weights();
        var style = new Option<string[]>("--style") { Description = "rom, serial, parallel: units as chips have them; serial-graph, parallel-graph: all rows at once, without ports and scales; else all five", AllowMultipleArgumentsPerToken = true };
        style.AcceptOnlyFromAmong(_styles);
        var lanes = CommonOptions.AtLeast("--lanes", "codes of a word, a power of two, and of rom its multipliers; 0 for the greatest that a row fills, at most 64", 0, 0);
        var group = CommonOptions.AtLeast("--group", "with FILE: inputs that share a scale of 16 bits, drawn at random; 0 for no scales", 0, 0);
        var levels = CommonOptions.Positive("--levels", "of parallel: adders on the longest way through a stage", 3);
        var effort = CommonOptions.AtLeast("--effort", "work of the search for shared sums in percent of the usual", 100, 0);
        var liberty = RtlSynthVerb.Liberty();
        var vectors = CommonOptions.AtLeast("--vectors", "to run through the gates; 0 for none", 1000, 0);
        var faults = CommonOptions.AtLeast("--faults", "stuck inputs of cells to plant, one after another", 2, 0);
        var seed = new Option<int>("--seed") { Description = "of vectors and faults", DefaultValueFactory = _ => 1 };
        var jobs = CommonOptions.Positive("--jobs", "tools at once", Environment.ProcessorCount);
        var limit = CommonOptions.Positive("--timeout", "seconds for one module", 900);
        var output = new Option<DirectoryInfo?>("--output", "-o") { Description = "a folder that keeps sources, scripts, netlists and timing; else none does" };
        var json = CommonOptions.Json();
        var command = new Command("unit", "one constant matrix in each style: area, cycles, longest path, and its gates against the integer product; exit 1 if one differs")
        {
            file, model, name, weights, style, lanes, group, levels, effort, liberty, vectors, faults, seed, jobs, limit, output, json,
        };
        command.SetAction(parsed =>
        {
            var library = MappingLibrary.ReadFile(RtlSynthVerb.LibertyPath(parsed.GetValue(liberty)));
            var (title, matrix, stored) = Source(parsed.GetValue(file), parsed.GetValue(model)!, parsed.GetValue(name), parsed.GetValue(weights));
            var wanted = parsed.GetValue(style) is { Length: > 0 } some ? _styles.Where(some.Contains).ToArray() : _styles;
            var options = new SynthesisOptions { Jobs = parsed.GetValue(jobs), ModuleLimit = TimeSpan.FromSeconds(parsed.GetValue(limit)), LargestTableBits = long.MaxValue };
            var search = new OptimiserOptions { EffortPercent = parsed.GetValue(effort) };
            var width = parsed.GetValue(lanes) is > 0 and var named ? named : 1 << Math.Min(6, BitOperations.Log2((uint)matrix.Inputs));
            if (!BitOperations.IsPow2(width) || width > 4096)
            {
                throw new InputException("--lanes", "", "a power of two, at most 4096", $"{width}");
            }

            var (groupSize, mantissas) = Scales(matrix, stored, parsed.GetValue(group), parsed.GetValue(seed));
            ProductUnit Chip(MatrixStyle chosen) => new ChipUnit(matrix, chosen, width, groupSize, mantissas, parsed.GetValue(levels), parsed.GetValue(effort));
            var kept = parsed.GetValue(output);
            var work = kept is null ? Directory.CreateTempSubdirectory("accel-unit-") : kept;
            try
            {
                var trials = new List<UnitTrial>();
                foreach (var one in wanted)
                {
                    ProductUnit unit = one switch
                    {
                        "serial-graph" => new SerialUnit(matrix, search),
                        "parallel-graph" => new ParallelUnit(matrix, parsed.GetValue(levels), search),
                        _ => Chip(Enum.Parse<MatrixStyle>(one, ignoreCase: true)),
                    };
                    trials.Add(UnitTrial.Run(unit, library, Path.Combine(work.FullName, one), options, (long)matrix.Inputs * matrix.Outputs, parsed.GetValue(vectors), parsed.GetValue(faults), parsed.GetValue(seed)));
                }

                Write(terminal, title, library, trials, parsed.GetValue(json));
                return trials.All(trial => trial.Gates is null or { Mismatches: 0 }) ? ExitCode.Done : ExitCode.CheckFailed;
            }
            catch (ToolFailedException fault)
            {
                terminal.Error.WriteLine(fault.Message);
                return ExitCode.CheckFailed;
            }
            finally
            {
                if (kept is null)
                {
                    work.Delete(recursive: true);
                }
            }
        });
        return command;
    }

    private static (int GroupSize, IReadOnlyList<ushort>? Mantissas) Scales(IntegerMatrix matrix, WeightMatrix? stored, int group, int seed)
    {
        if (stored is not null)
        {
            return (stored.GroupSize, stored.Data.Mantissas);
        }

        var random = new Random(seed);
        return group == 0 ? (matrix.Inputs, null) : (group, [.. Enumerable.Range(0, matrix.Outputs * ((matrix.Inputs + group - 1) / group)).Select(_ => (ushort)random.Next(1 << 15, 1 << 16))]);
    }

    private static (string Title, IntegerMatrix Matrix, WeightMatrix? Stored) Source(FileInfo? file, string model, string? name, WeightChoice weights)
    {
        if (file is not null)
        {
            return name is null
                ? (file.Name, MatrixText.Parse(file.ToString(), TextFile.Read(file, MatrixText.MostBytes)), null)
                : throw new InputException("--matrix", "", "a file or a model's matrix", "both");
        }

        if (name is null)
        {
            throw new InputException("FILE", "", "a matrix as a file, or --matrix NAME of a model", "neither");
        }

        var loaded = ModelLoader.Load(model);
        _ = loaded.Weights;
        var graph = IntegerModel.Of(loaded, weights, null);
        var stored = graph.Matrices.FirstOrDefault(matrix => matrix.Name == name)
            ?? throw new InputException("--matrix", "", $"a matrix of the model: {string.Join(", ", graph.Matrices.Select(matrix => matrix.Name).Take(12))}, ...", name);
        var codes = new int[stored.Rows * stored.Columns];
        for (var row = 0; row < stored.Rows; row++)
        {
            for (var column = 0; column < stored.Columns; column++)
            {
                codes[(column * stored.Rows) + row] = stored.Data.Codes[(row * stored.Columns) + column];
            }
        }

        return ($"{loaded.Name}, {stored.Name}, {stored.Format}", new(stored.Columns, stored.Rows, codes), stored);
    }

    private static void Write(Terminal terminal, string title, MappingLibrary library, List<UnitTrial> trials, bool json)
    {
        var matrix = trials[0].Unit.Matrix;
        if (json)
        {
            terminal.WriteJson(writer => WriteJson(writer, title, library, trials));
            return;
        }

        terminal.Output.WriteLine($"{Terminal.Shown(title)}: {matrix.Inputs} x {matrix.Outputs} on {Terminal.Shown(library.Liberty.Name)}, gate equivalent {library.GateArea:0.####} um2, int8 inputs");
        terminal.WriteTable(
            ["style", "gate equivalents", "per weight", "flip-flops", "cycles", "longest path", "area x time", "wrong at gate level", "faults seen"],
            trials.Select(trial => new[]
            {
                trial.Unit.Style, $"{trial.Synthesis.GateEquivalents:N0}", $"{trial.Synthesis.GateEquivalents / trial.Synthesis.Weights:0.00}", $"{trial.Synthesis.FlipFlops:N0}", $"{trial.Unit.CyclesPerVector:N0}",
                $"{trial.Synthesis.Path?.Nanoseconds ?? 0:0.00} ns", $"{trial.GateMicroseconds:N0}", trial.Gates is { } gates ? $"{gates.Mismatches:N0} of {gates.Products:N0}" : "not run",
                $"{trial.Faults.Count(fault => fault.IsCaught)} of {trial.Faults.Count}",
            }));
        terminal.Output.WriteLine("cycles: from one vector to the next; area x time: gate equivalents times microseconds per vector at the clock that the path allows");
        foreach (var trial in trials.Where(trial => trial.Gates?.FirstMismatch is not null))
        {
            terminal.Output.WriteLine($"{trial.Unit.Style}: {trial.Gates!.FirstMismatch}");
        }
    }

    private static void WriteJson(Utf8JsonWriter writer, string title, MappingLibrary library, List<UnitTrial> trials)
    {
        writer.WriteString("matrix", title);
        writer.WriteNumber("inputs", trials[0].Unit.Matrix.Inputs);
        writer.WriteNumber("outputs", trials[0].Unit.Matrix.Outputs);
        writer.WriteString("library", library.Liberty.Name);
        writer.WriteStartArray("styles");
        foreach (var trial in trials)
        {
            writer.WriteStartObject();
            writer.WriteString("style", trial.Unit.Style);
            writer.WriteNumber("cells", trial.Synthesis.Cells);
            writer.WriteNumber("flip_flops", trial.Synthesis.FlipFlops);
            writer.WriteNumber("um2", Math.Round(trial.Synthesis.Area, 3));
            writer.WriteNumber("gate_equivalents", Math.Round(trial.Synthesis.GateEquivalents, 2));
            writer.WriteNumber("gate_equivalents_per_weight", Math.Round(trial.Synthesis.GateEquivalents / trial.Synthesis.Weights!.Value, 4));
            writer.WriteNumber("cycles_per_vector", trial.Unit.CyclesPerVector);
            writer.WriteNumber("longest_path_ns", trial.Synthesis.Path?.Nanoseconds ?? 0);
            writer.WriteNumber("gate_equivalent_microseconds", Math.Round(trial.GateMicroseconds, 2));
            if (trial.Gates is { } gates)
            {
                writer.WriteNumber("vectors", gates.Vectors);
                writer.WriteNumber("products", gates.Products);
                writer.WriteNumber("mismatches", gates.Mismatches);
            }

            writer.WriteNumber("faults", trial.Faults.Count);
            writer.WriteNumber("faults_caught", trial.Faults.Count(fault => fault.IsCaught));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
