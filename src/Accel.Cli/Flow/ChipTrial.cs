using System.Text;
using Accel.Compiler.Quantization;
using Accel.Models;
using Accel.Report.Results;
using Accel.Rtl.Hdl;
using Accel.Rtl.Tools;
using Accel.Rtl.Verification;
using VerificationResult = Accel.Report.Results.VerificationResult;

namespace Accel.Cli.Flow;

/// <summary>Builds a chip's bench with Verilator in a folder of its own, lets the chip speak, and compares.</summary>
internal static class ChipTrial
{
    /// <exception cref="ToolFailedException">Verilator refused the text, or the bench broke down.</exception>
    public static VerificationResult Run(Model model, QuantizedGraph graph, EmittedChip chip)
    {
        var folder = Directory.CreateTempSubdirectory("accel-chip-");
        try
        {
            foreach (var (name, text) in chip.Files)
            {
                var file = new FileInfo(Path.Combine(folder.FullName, name));
                file.Directory!.Create();
                File.WriteAllText(file.FullName, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            }

            var bench = TestBench.Build(folder.FullName, chip.Report.Top, chip.Report.FilesFor(DesignView.Simulation), chip.Report.HasProbe, Simulator.Verilator, waves: false);
            var verifier = new ChipVerifier(bench, chip.Runs);
            var inside = chip.Report.HasProbe ? new ChipInside(graph, chip.Design.Steps, chip.Report.ContextLength) : null;
            var found = verifier.Run(new BenchRun(Path.Combine(folder.FullName, Rtl.Packaging.ChipPackage.VectorsName)), inside);
            return new(
                ExternalTool.Verilator.Version(), found.Tokens, found.DifferingTokens, found.DifferingCycles == 0, found.Values, found.DifferingValues,
                [.. chip.Runs.Select((run, i) => new GeneratedTextResult(Text(model, run.Prompt), chip.Samplings[i], Text(model, run.Tokens), Text(model, verifier.Drawn(i))))],
                Difference(found));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The first difference, from the inside out; null where there is none.</summary>
    private static string? Difference(Rtl.Verification.VerificationResult found) => found switch
    {
        { FirstValue: { } value } => $"'{value.Value}' at position {value.Position}, element {value.Element}: chip {Found(value.Found)}, integer model {value.Expected}",
        { FirstToken: { } token } => $"token {token.Index}: chip {Found(token.Found)}, integer model {token.Expected}",
        { FirstCycles: { } cycles } => $"position {cycles.Position}: {Found(cycles.Found)} cycles, predicted {cycles.Expected}",
        { BenchAgrees: false } => found.Summary,
        _ => null,
    };

    private static string Found(long? value) => value is { } number ? $"{number}" : "nothing";

    private static string Text(Model model, IReadOnlyList<int> tokens)
    {
        if (!model.HasTokenizer)
        {
            return string.Join(' ', tokens);
        }

        var stream = model.Tokenizer.Stream();
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            text.Append(stream.Append(token));
        }

        return text.Append(stream.Flush()).ToString();
    }
}
