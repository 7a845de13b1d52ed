using System.Security.Cryptography;
using System.Text;
using Accel.Compiler.Quantization;
using Accel.Rtl.Chip;
using Accel.Rtl.Hdl;
using Accel.Rtl.Verification;

namespace Accel.Rtl.Packaging;

/// <summary>A chip with everything that is needed to check and to use it.</summary>
public static class ChipPackage
{
    /// <summary>The vectors' name in a chip's folder.</summary>
    public const string VectorsName = "vectors.txt";

    /// <summary>All files by their paths; the same input gives the same bytes.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="design">The chip.</param>
    /// <param name="origin">Where the model came from.</param>
    /// <param name="runs">What the benches check.</param>
    /// <param name="tests">What the runs are.</param>
    public static (ChipReport Report, IReadOnlyDictionary<string, string> Files) Of(
        QuantizedGraph graph, ChipDesign design, ModelOrigin origin, IReadOnlyList<TestRun> runs, TestEntry tests)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var modules = Modules(design);
        var report = Report(graph, design, origin, tests, modules);
        foreach (var (path, text, _) in modules)
        {
            files.Add(path, text);
        }

        foreach (var (path, text) in TestBench.Sources)
        {
            files.Add(path, text);
        }

        files.Add(VectorsName, TestVectors.Print(runs));
        files.Add("Makefile", BuildFiles.Makefile(report));
        files.Add($"{report.Top}.core", BuildFiles.FuseSocCore(report));
        files.Add("synth.ys", BuildFiles.SynthesisScript(report));
        files.Add("constraints.sdc", BuildFiles.Constraints());
        files.Add("README.md", FolderReadme.Print(report));
        files.Add(ChipReport.FileName, report.Print());
        return (report, files);
    }

    /// <summary>Whether a folder holds this very chip: by the files that say what it does, those for simulation.</summary>
    public static bool IsOf(ChipReport report, ChipDesign design)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(design);
        var known = report.FilesFor(DesignView.Simulation).ToHashSet(StringComparer.Ordinal);
        var expected = report.Files.Where(file => known.Contains(file.Path)).ToDictionary(file => Path.GetFileNameWithoutExtension(file.Path), file => file.Sha256, StringComparer.Ordinal);
        var found = design.Print().ToDictionary(file => file.Name, file => Fingerprint(file.Text), StringComparer.Ordinal);
        return expected.Count == found.Count && expected.All(file => found.GetValueOrDefault(file.Key) == file.Value);
    }

    /// <summary>SHA-256 of a file, in hex.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>All modules, children before what holds them: in <c>rtl/</c> what both views have, else in <c>sim/</c> or <c>syn/</c>.</summary>
    private static List<ModuleFile> Modules(ChipDesign design)
    {
        var (simulation, synthesis) = (design.Print(), design.Print(DesignView.Synthesis));
        var texts = synthesis.ToDictionary(file => file.Name, file => file.Text, StringComparer.Ordinal);
        var common = simulation.Where(file => texts.GetValueOrDefault(file.Name) == file.Text).Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        var small = synthesis.Where(file => file.IsInline).Select(file => file.Text).ToList();
        return
        [
            .. simulation.Where(file => !common.Contains(file.Name)).Select(file => new ModuleFile($"sim/{file.Name}.v", file.Text, FileUse.Simulation)),
            .. small.Count > 0 ? [new ModuleFile("syn/small_modules.v", string.Join('\n', small), FileUse.Synthesis)] : Array.Empty<ModuleFile>(),
            .. synthesis.Where(file => !file.IsInline).Select(file => common.Contains(file.Name)
                ? new ModuleFile($"rtl/{file.Name}.v", file.Text, FileUse.Both)
                : new ModuleFile($"syn/{file.Name}.v", file.Text, FileUse.Synthesis)),
        ];
    }

    private static string Fingerprint(string text) => Fingerprint(Encoding.UTF8.GetBytes(text));

    private static ChipReport Report(QuantizedGraph graph, ChipDesign design, ModelOrigin origin, TestEntry tests, IEnumerable<ModuleFile> modules)
    {
        var weights = graph.Matrices.Sum(matrix => (long)matrix.Rows * matrix.Columns);
        var bits = graph.Matrices.Sum(matrix => (long)matrix.Rows * ((matrix.Columns * (long)matrix.CodeBits) + (matrix.Groups * 16L)));
        var last = design.Options.ContextLength - 1;
        CycleRange Range(bool generates)
        {
            long At(int position) => design.Cycles.Of(position, generates, draws: false);
            return new(At(0), At(last), Math.Round(Enumerable.Range(0, last + 1).Average(position => (double)At(position)), 1));
        }

        return new()
        {
            Format = ChipReport.CurrentFormat,
            Top = design.Interface.TopModule,
            Model = origin,
            ContextLength = design.Options.ContextLength,
            Lanes = design.Options.Lanes,
            HasProbe = design.Interface.HasProbe,
            VocabularySize = graph.VocabularySize,
            Weights = weights,
            WeightBits = bits,
            PromptCycles = Range(generates: false),
            GenerationCycles = Range(generates: true),
            DrawCycles = design.Cycles.DrawCycles,
            Area = new(
                (long)(design.Styles.Gates - design.Styles.SharedGates),
                (long)design.Styles.SharedGates,
                design.Memories.Sum(memory => memory.Macro.Bits),
                "figures per choice and join of a table, per nonzero signed digit, per lane and word, fitted to chips and units mapped to the open 130 nm library; placement and all other blocks left out"),
            AdderLevels = design.Options.AdderLevels,
            Matrices = [.. design.Styles.Choices.Select(c => new MatrixEntry(c.Weight, c.Rows, c.Columns, c.Format.ToString().ToLowerInvariant(), c.Style, (long)c.Gates, c.Cycles, (long)c.Toggles))],
            Tests = tests,
            Memories = [.. design.Memories.Select(m => new MemoryEntry(m.Macro.Name, m.Macro.Purpose, m.Macro.Depth, m.Macro.Width, m.Macro.ReadPorts, m.IsPersistent))],
            Steps = [.. design.Steps.Select((s, i) => new StepEntry(s.Index, s.Name, s.Unit, s.Value?.Name, s.OnlyGenerating, design.Cycles.StepCycles[i](0), design.Cycles.StepCycles[i](last)))],
            Files = [.. modules.Select(file => new FileEntry(file.Path, Fingerprint(file.Text), file.Use))],
        };
    }

    private sealed record ModuleFile(string Path, string Text, FileUse Use);
}
