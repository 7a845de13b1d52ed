using System.Security.Cryptography;
using System.Text;
using Accel.Compiler.Quantization;
using Accel.Rtl.Chip;
using Accel.Rtl.Verification;

namespace Accel.Rtl.Packaging;

/// <summary>A chip with everything that is needed to check and to use it.</summary>
public static class ChipPackage
{
    /// <summary>The vectors' name in a chip's folder.</summary>
    public const string VectorsName = "vectors.txt";

    /// <summary>45 nm, 64-input int4 matrices as constant logic: 0.69 um2 per weight, a NAND2 of 0.798 um2.</summary>
    private const double GatesPerWeightBit = 0.69 / 0.798 / 4;

    /// <summary>The same library: ROM with one MAC per 64 weights takes 7.9 um2 per weight, so a MAC about 461 um2.</summary>
    private const double GatesPerLane = (7.9 - 0.69) * 64 / 0.798;

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
        foreach (var (path, text) in modules.Concat(TestBench.Sources))
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

    /// <summary>What a chip's modules are, by file: told without their text, to know whether a folder holds this very chip.</summary>
    public static IReadOnlyList<FileEntry> Fingerprints(ChipDesign design) =>
        [.. Modules(design).Select(file => new FileEntry(file.Key, Fingerprint(file.Value)))];

    /// <summary>SHA-256 of a file, in hex.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static List<KeyValuePair<string, string>> Modules(ChipDesign design) => [.. design.Print().Select(file => new KeyValuePair<string, string>($"rtl/{file.Name}.v", file.Text))];

    private static string Fingerprint(string text) => Fingerprint(Encoding.UTF8.GetBytes(text));

    private static ChipReport Report(QuantizedGraph graph, ChipDesign design, ModelOrigin origin, TestEntry tests, IEnumerable<KeyValuePair<string, string>> modules)
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
                (long)(bits * GatesPerWeightBit),
                (long)(design.Options.Lanes * GatesPerLane),
                design.Memories.Sum(memory => memory.Macro.Bits),
                "45 nm open library, 64-input int4 matrices: 0.69 um2 of constant logic per weight, 461 um2 per lane, NAND2 0.798 um2; placement and all other blocks left out"),
            Tests = tests,
            Memories = [.. design.Memories.Select(m => new MemoryEntry(m.Macro.Name, m.Macro.Purpose, m.Macro.Depth, m.Macro.Width, m.Macro.ReadPorts, m.IsPersistent))],
            Steps = [.. design.Steps.Select((s, i) => new StepEntry(s.Index, s.Name, s.Unit, s.Value?.Name, s.OnlyGenerating, design.Cycles.StepCycles[i](0), design.Cycles.StepCycles[i](last)))],
            Files = [.. modules.Select(file => new FileEntry(file.Key, Fingerprint(file.Value)))],
        };
    }
}
