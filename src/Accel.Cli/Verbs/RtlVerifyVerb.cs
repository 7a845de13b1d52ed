using System.CommandLine;
using Accel.Cli.Chips;
using Accel.Cli.Integer;
using Accel.Compiler.Quantization;
using Accel.Core.Diagnostics;
using Accel.Rtl.Hdl;
using Accel.Rtl.Tools;
using Accel.Rtl.Verification;

namespace Accel.Cli.Verbs;

/// <summary><c>accel rtl verify</c>: runs the chip of a folder and compares it with the interpreter.</summary>
internal static class RtlVerifyVerb
{
    /// <summary>What an interpreted simulator does in minutes.</summary>
    private const int FewTokens = 2;

    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<DirectoryInfo>("DIR") { Description = "a folder that `rtl emit` wrote" };
        var tokens = CommonOptions.AtLeast("--tokens", "tokens behind each prompt; 0 for as many as were emitted, with icarus 2", 0, 0);
        var runs = CommonOptions.AtLeast("--runs", "runs to do; 0 for all, with icarus 2", 0, 0);
        var prompts = RtlEmitVerb.Prompts();
        var tool = CommonOptions.Choice("--tool", "verilator compiles; icarus interprets, with unknown levels, some hundred times slower", Simulator.Verilator);
        var probe = new Option<bool>("--probe") { Description = "compare every value of the model at every position too" };
        var waves = new Option<FileInfo?>("--vcd") { Description = "write waves to this file; of few tokens, they are large" };
        var seed = new Option<ulong>("--stall-seed") { Description = "of the stalls on both streams and of what registers hold before a reset", DefaultValueFactory = _ => 1 };
        var json = CommonOptions.Json();
        var command = new Command("verify", "run a chip and compare every token and its cycles with the interpreter; exit 1 if any differ")
        {
            folder, tokens, runs, prompts, tool, probe, waves, seed, json,
        };
        command.SetAction(parsed =>
        {
            var simulator = parsed.GetValue(tool);
            var few = simulator == Simulator.Icarus ? FewTokens : 0;
            var chip = ChipFolder.Open(parsed.GetValue(folder)!);
            RequireTools(simulator);
            if (parsed.GetValue(waves) is { } file)
            {
                OutputFile.RequirePlace(file);
            }

            foreach (var changed in chip.ChangedFiles())
            {
                terminal.Error.WriteLine($"{changed}: not as it was emitted");
            }

            var wanted = new Wanted(
                parsed.GetValue(tokens) is > 0 and var count ? count : few, parsed.GetValue(runs) is > 0 and var most ? most : few, parsed.GetValue(prompts), parsed.GetValue(probe));
            var (expected, inside) = Expect(terminal, chip, wanted);
            try
            {
                var result = Run(chip, expected, inside, simulator, parsed.GetValue(waves), parsed.GetValue(seed));
                RtlVerifyOutput.Write(terminal, chip.Report, expected, result, simulator, parsed.GetValue(json));
                return result.IsEqual ? ExitCode.Done : ExitCode.CheckFailed;
            }
            catch (ToolFailedException fault)
            {
                terminal.Error.WriteLine($"{chip.Path}: {fault.Message}");
                return ExitCode.CheckFailed;
            }
        });
        return command;
    }

    /// <param name="Tokens">Behind each prompt; 0 for what was emitted.</param>
    /// <param name="Runs">At most; 0 for all.</param>
    private sealed record Wanted(int Tokens, int Runs, FileInfo? Prompts, bool Probe);

    /// <summary>All that are missing, before any work is done.</summary>
    private static void RequireTools(Simulator simulator)
    {
        ExternalTool[] tools = simulator == Simulator.Verilator
            ? [ExternalTool.Verilator, ExternalTool.Make, ExternalTool.CompilerOfCpp]
            : [ExternalTool.Icarus, ExternalTool.IcarusRuntime];
        foreach (var tool in tools)
        {
            tool.Require();
        }
    }

    /// <summary>
    /// The runs of the folder, cut to what is wanted; the interpreter is asked, and so the model needed, only for what the folder does
    /// not hold.
    /// </summary>
    private static (IReadOnlyList<TestRun> Runs, ChipInside? Inside) Expect(Terminal terminal, ChipFolder chip, Wanted wanted)
    {
        var runs = wanted.Runs > 0 ? [.. chip.Runs.Take(wanted.Runs)] : chip.Runs;
        var context = chip.Report.ContextLength;
        var isThere = wanted.Prompts is null && runs.All(run => wanted.Tokens <= run.Tokens.Count || run.Positions == context);
        if (isThere && !wanted.Probe)
        {
            return (Cut(runs, wanted.Tokens), null);
        }

        if (wanted.Probe && !chip.Report.HasProbe)
        {
            throw new InputException("--probe", "", "a chip with probes", "one that was emitted with --no-probe");
        }

        var source = ChipSource.Remake(chip.Path, chip.Report);
        var inside = wanted.Probe ? new ChipInside(source.Graph, source.Design.Steps, context) : null;
        if (isThere)
        {
            return (Cut(runs, wanted.Tokens), inside);
        }

        var settings = chip.Runs.Select(run => run.Settings).Distinct().ToList();
        var prompts = wanted.Prompts is null
            ? [.. chip.Runs.Select(run => run.Prompt).DistinctBy(prompt => string.Join(' ', prompt)).Select(prompt => prompt.ToArray())]
            : PromptSource.Of(source.Model, wanted.Prompts, context);
        prompts = wanted.Runs > 0 ? prompts[..Math.Min(prompts.Length, (wanted.Runs + settings.Count - 1) / settings.Count)] : prompts;
        var tokens = wanted.Tokens > 0 ? wanted.Tokens : chip.Report.Tests.Tokens;
        var progress = new Progress(terminal, "runs", prompts.Length * settings.Count);
        var fresh = TestRuns.Of(source.Graph, source.Design.Cycles, context, prompts, tokens, settings, progress.Report);
        progress.Finish();
        return (wanted.Runs > 0 ? [.. fresh.Take(wanted.Runs)] : fresh, inside);
    }

    private static List<TestRun> Cut(IReadOnlyList<TestRun> runs, int tokens) =>
        [.. runs.Select(run => tokens == 0 || tokens >= run.Tokens.Count
            ? run
            : run with { Tokens = [.. run.Tokens.Take(tokens)], Cycles = [.. run.Cycles.Take(run.Prompt.Count + tokens - 1)] })];

    private static VerificationResult Run(ChipFolder chip, IReadOnlyList<TestRun> runs, ChipInside? inside, Simulator simulator, FileInfo? waves, ulong seed)
    {
        var bench = TestBench.Build(chip.Path, chip.Report.Top, chip.Report.FilesFor(DesignView.Simulation), chip.Report.HasProbe, simulator, waves is not null);
        var vectors = Path.GetFullPath(Path.Combine(chip.Path, "build", $"vectors-{Path.GetRandomFileName()}.txt"));
        try
        {
            File.WriteAllText(vectors, TestVectors.Print(runs));
            return new ChipVerifier(bench, runs).Run(new BenchRun(vectors) { Waves = waves?.FullName, Seed = seed }, inside);
        }
        finally
        {
            File.Delete(vectors);
        }
    }
}
