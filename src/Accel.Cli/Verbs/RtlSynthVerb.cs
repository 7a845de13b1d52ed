using System.CommandLine;
using Accel.Cli.Chips;
using Accel.Core.Diagnostics;
using Accel.Rtl.Synthesis;

namespace Accel.Cli.Verbs;

/// <summary><c>accel rtl synth</c>: maps a chip to the cells of a process.</summary>
internal static class RtlSynthVerb
{
    /// <summary>Names the library where the option does not.</summary>
    private const string LibertyVariable = "ACCEL_LIBERTY";

    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<DirectoryInfo>("DIR") { Description = "a folder that `rtl emit` wrote, or with --top any folder with Verilog of this project" };
        var liberty = Liberty();
        var top = new Option<string?>("--top") { HelpName = "MODULE", Description = "map this module and what it holds; else the whole chip" };
        var jobs = CommonOptions.Positive("--jobs", "tools at once", Environment.ProcessorCount);
        var limit = CommonOptions.Positive("--timeout", "seconds for one module", 900);
        var largest = CommonOptions.Positive("--largest-table", "bits of a constant table beyond which its area is told from the others'", 1 << 20);
        var noTiming = new Option<bool>("--no-timing") { Description = "do not search the longest path" };
        var modules = new Option<bool>("--modules") { Description = "list every module, not only the blocks under the top" };
        var json = CommonOptions.Json();
        var command = new Command("synth", "map a chip to the cells of a process: area, flip-flops and gate equivalents by block, longest path; exit 1 if a module fails")
        {
            folder, liberty, top, jobs, limit, largest, noTiming, modules, json,
        };
        command.SetAction(parsed =>
        {
            var design = DesignFolder.Open(parsed.GetValue(folder)!, parsed.GetValue(top));
            var library = MappingLibrary.ReadFile(LibertyPath(parsed.GetValue(liberty)));
            var options = new SynthesisOptions
            {
                Jobs = parsed.GetValue(jobs),
                ModuleLimit = TimeSpan.FromSeconds(parsed.GetValue(limit)),
                LargestTableBits = parsed.GetValue(largest),
                HasTiming = !parsed.GetValue(noTiming),
            };
            Progress? progress = null;
            var report = Synthesizer.Run(
                design.Path, design.Sources, design.Top, design.Weights, library, Path.Combine(design.Path, "build", "synth"), options, (done, all) => (progress ??= new(terminal, "modules", all)).Report(done));
            progress?.Finish();
            RtlSynthOutput.Write(terminal, design, report, parsed.GetValue(modules), parsed.GetValue(json));
            return report.IsComplete ? ExitCode.Done : ExitCode.CheckFailed;
        });
        return command;
    }

    public static Option<FileInfo?> Liberty() => new("--liberty") { HelpName = "FILE", Description = $"the process's cells, a Liberty file, packed by gzip or not; else what {LibertyVariable} names" };

    /// <exception cref="InputException">Neither the option nor the environment names one.</exception>
    public static string LibertyPath(FileInfo? named) => named?.ToString() ?? Environment.GetEnvironmentVariable(LibertyVariable) switch
    {
        { Length: > 0 } path => path,
        _ => throw new InputException("--liberty", "", $"a Liberty file (or {LibertyVariable} in the environment)", "none"),
    };
}
