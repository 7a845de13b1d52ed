using System.CommandLine;
using System.Text.Json;
using Accel.Cli.Chips;
using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;
using Accel.Rtl.Hdl;
using Accel.Rtl.Power;
using Accel.Rtl.Synthesis;
using Accel.Rtl.Tools;
using Accel.Rtl.Verification;

namespace Accel.Cli.Verbs;

/// <summary><c>accel rtl power</c>: the energy of a token, by module, from a mapped chip and a simulated run.</summary>
internal static class RtlPowerVerb
{
    private const int MostBytes = 256 << 20;

    /// <summary>Modules that a table lists.</summary>
    private const int MostRows = 15;

    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<DirectoryInfo>("DIR") { Description = "a folder that `rtl emit` wrote" };
        var liberty = RtlSynthVerb.Liberty();
        var tokens = CommonOptions.Positive("--tokens", "tokens to draw behind the first prompt", 1);
        var clock = CommonOptions.Positive("--clock", "MHz of the clock: how long leakage lasts", 50);
        var jobs = CommonOptions.Positive("--jobs", "tools at once", Environment.ProcessorCount);
        var json = CommonOptions.Json();
        var command = new Command("power", "estimate the energy of a token by module: what changes in a simulated run, times what the process's cells take")
        {
            folder, liberty, tokens, clock, jobs, json,
        };
        command.SetAction(parsed =>
        {
            var chip = ChipFolder.Open(parsed.GetValue(folder)!);
            foreach (var tool in new[] { ExternalTool.Verilator, ExternalTool.Make, ExternalTool.CompilerOfCpp, ExternalTool.Yosys })
            {
                tool.Require();
            }

            var design = DesignFolder.Open(parsed.GetValue(folder)!, null);
            var library = MappingLibrary.ReadFile(RtlSynthVerb.LibertyPath(parsed.GetValue(liberty)));
            var netlists = Path.Combine(chip.Path, "build", "synth");
            try
            {
                terminal.Error.WriteLine($"{chip.Path}: mapping what is not mapped yet");
                Progress? progress = null;
                var mapped = Synthesizer.Run(
                    design.Path, design.Sources, design.Top, design.Weights, library, netlists, new SynthesisOptions { Jobs = parsed.GetValue(jobs), HasTiming = false },
                    (done, all) => (progress ??= new(terminal, "modules", all)).Report(done));
                progress?.Finish();
                var run = Cut(chip.Runs[0], parsed.GetValue(tokens));
                terminal.Error.WriteLine($"{chip.Path}: running {run.Positions} tokens with waves");
                var signals = Waves(chip, run);
                terminal.Error.WriteLine($"{chip.Path}: counting");
                Progress? netlistsRead = null;
                var report = PowerEstimator.Estimate(
                    chip.Path, design.Sources, chip.Report.FilesFor(DesignView.Simulation).Select(file => KeyValuePair.Create(file, TextFile.Read(new FileInfo(Path.Combine(chip.Path, file)), MostBytes))),
                    mapped, library.Liberty, netlists, signals, run.Positions, new PowerAssumptions { ClockHertz = parsed.GetValue(clock) * 1e6 },
                    (done, all) => (netlistsRead ??= new(terminal, "netlists", all)).Report(done));
                netlistsRead?.Finish();
                Write(terminal, chip, report, parsed.GetValue(json));
                return ExitCode.Done;
            }
            catch (ToolFailedException fault)
            {
                terminal.Error.WriteLine($"{chip.Path}: {fault.Message}");
                return ExitCode.CheckFailed;
            }
        });
        return command;
    }

    private static TestRun Cut(TestRun run, int tokens) => tokens >= run.Tokens.Count
        ? run
        : run with { Tokens = [.. run.Tokens.Take(tokens)], Cycles = [.. run.Cycles.Take(run.Prompt.Count + tokens - 1)] };

    /// <summary>The changes of a run of the chip; the waves lie in its folder no longer than it takes to count them.</summary>
    private static IReadOnlyList<VcdSignal> Waves(ChipFolder chip, TestRun run)
    {
        var bench = TestBench.Build(chip.Path, chip.Report.Top, chip.Report.FilesFor(DesignView.Simulation), chip.Report.HasProbe, Simulator.Verilator, waves: true);
        var (vectors, waves) = (Path.GetFullPath(Path.Combine(chip.Path, "build", "power-vectors.txt")), Path.GetFullPath(Path.Combine(chip.Path, "build", "power.vcd")));
        try
        {
            File.WriteAllText(vectors, TestVectors.Print([run]));
            var result = new ChipVerifier(bench, [run]).Run(new BenchRun(vectors) { Waves = waves, HasStalls = false });
            if (!result.IsEqual)
            {
                throw new InputException(chip.Path, "", "a chip that gives the interpreter's tokens", "others: `accel rtl verify` says which");
            }

            using var stream = File.OpenRead(waves);
            return VcdReader.Read(waves, stream);
        }
        finally
        {
            File.Delete(vectors);
            File.Delete(waves);
        }
    }

    private static void Write(Terminal terminal, ChipFolder chip, PowerReport report, bool json)
    {
        if (json)
        {
            terminal.WriteJson(writer => WriteJson(writer, report));
            return;
        }

        terminal.Output.WriteLine($"{Terminal.Shown(chip.Report.Model.Name)} on {Terminal.Shown(report.Library)}, an estimate before placement: {report.Positions} tokens, {report.Cycles:N0} cycles");

        // A chip has two tables for each matrix: one line for all of them.
        var tables = report.Modules.Where(module => module.IsTable).ToList();
        var shown = report.Modules.Where(module => !module.IsTable).Take(MostRows).ToList();
        var rest = report.Modules.Where(module => !module.IsTable).Skip(MostRows).ToList();
        terminal.WriteTable(
            ["module, without what it holds", "count", "clock", "registers", "logic", "leakage", "nJ a token", "share"],
            [
                .. tables.Count > 0 ? [Row(report, $"{tables.Count} tables of weights and scales{(tables.Any(table => table.Note.Length > 0) ? " *" : "")}", $"{tables.Sum(table => table.Count):N0}", tables)] : Array.Empty<string[]>(),
                .. shown.Select(module => Row(report, $"{module.Name}{(module.Note.Length > 0 ? " *" : "")}", $"{module.Count:N0}", [module])),
                .. rest.Count > 0 ? [Row(report, $"{rest.Count} others", "", rest)] : Array.Empty<string[]>(),
                Row(report, "all", "", report.Modules),
            ]);
        terminal.Output.WriteLine($"a token: {report.JoulesPerToken * 1e9:N0} nJ, {report.Watts * 1e3:N2} mW at {report.Assumptions.ClockHertz / 1e6:0.##} MHz");
        foreach (var line in report.Assumptions.Lines())
        {
            terminal.Output.WriteLine($"    {line}");
        }

        var noted = report.Modules.Where(module => module.Note.Length > 0).GroupBy(module => module.Note).ToList();
        foreach (var note in noted)
        {
            terminal.Output.WriteLine($"    * {note.Count()} modules, {100 * note.Sum(module => module.Joules) / report.Joules:0.0} %: {note.Key}");
        }
    }

    private static string[] Row(PowerReport report, string name, string count, IReadOnlyList<ModulePower> modules)
    {
        string Of(Func<ModulePower, double> part) => $"{1e9 * modules.Sum(part) / report.Positions:N1}";
        return
        [
            name, count, Of(m => m.ClockJoules), Of(m => m.RegisterJoules), Of(m => m.LogicJoules), Of(m => m.LeakageJoules), Of(m => m.Joules),
            $"{100 * modules.Sum(m => m.Joules) / report.Joules:0.0} %",
        ];
    }

    private static void WriteJson(Utf8JsonWriter writer, PowerReport report)
    {
        writer.WriteString("library", report.Library);
        writer.WriteNumber("positions", report.Positions);
        writer.WriteNumber("cycles", report.Cycles);
        writer.WriteNumber("joules_per_token", report.JoulesPerToken);
        writer.WriteNumber("watts", report.Watts);
        writer.WriteNumber("macro_bits_left_out", report.MacroBits);
        writer.WriteStartArray("assumptions");
        foreach (var line in report.Assumptions.Lines())
        {
            writer.WriteStringValue(line);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("modules");
        foreach (var module in report.Modules)
        {
            writer.WriteStartObject();
            writer.WriteString("name", module.Name);
            writer.WriteNumber("count", module.Count);
            writer.WriteNumber("clock_joules", module.ClockJoules);
            writer.WriteNumber("register_joules", module.RegisterJoules);
            writer.WriteNumber("logic_joules", module.LogicJoules);
            writer.WriteNumber("leakage_joules", module.LeakageJoules);
            if (module.Note.Length > 0)
            {
                writer.WriteString("note", module.Note);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
