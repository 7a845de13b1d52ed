using Accel.Cli.Chips;
using Accel.Compiler.Quantization;
using Accel.Models;
using Accel.Report.Results;
using Accel.Rtl.Chip;
using Accel.Rtl.Packaging;
using Accel.Rtl.Verification;

namespace Accel.Cli.Flow;

/// <summary>A model's chip with what it is expected to say.</summary>
/// <param name="Files">Of its folder, by path.</param>
/// <param name="Runs">What is expected, greedy and by temperature.</param>
internal sealed record EmittedChip(ChipDesign Design, ChipReport Report, IReadOnlyDictionary<string, string> Files, IReadOnlyList<TestRun> Runs, IReadOnlyList<string> Samplings)
{
    /// <summary>Positions that a chip's caches hold, at most.</summary>
    private const int MostContext = 512;

    private const double Temperature = 0.8;
    private const ulong Seed = 1;

    /// <param name="folder">Where its files will lie.</param>
    /// <exception cref="Accel.Core.Diagnostics.InputException">The model cannot be a chip.</exception>
    public static EmittedChip Of(Model model, QuantizedGraph graph, FlowRequest request, string folder)
    {
        var context = (int)Math.Min(MostContext, model.ContextLength);
        var design = ChipGenerator.Generate(graph, new ChipOptions { ContextLength = context });
        var prompt = Prompt(model, request.Prompt);
        SamplingSettings[] settings = [SamplingSettings.Greedy, SamplingSettings.Of(Temperature, Seed)];
        var runs = TestRuns.Of(graph, design.Cycles, context, [prompt], request.ChipTokens, settings);
        var origin = ChipSource.Origin(request.Model, model.Name, request.Weights, request.Calibration, folder);
        var (report, files) = ChipPackage.Of(graph, design, origin, runs, new TestEntry(runs.Count, 1, request.ChipTokens, Temperature, Seed));
        return new(design, report, files, runs, ["greedy", FormattableString.Invariant($"temperature {Temperature}, seed {Seed}")]) { Matrices = graph.Matrices };
    }

    public required IReadOnlyList<WeightMatrix> Matrices { get; init; }

    /// <summary>For the report.</summary>
    public ChipResult Result
    {
        get
        {
            const int Points = 16;
            var last = Report.ContextLength - 1;
            var gates = Report.Matrices.DistinctBy(matrix => matrix.Name).ToDictionary(matrix => matrix.Name, matrix => matrix.Gates, StringComparer.Ordinal);
            return new(
                "rom", Report.WeightBits, Report.Area.MatrixGates + Report.Area.SharedGates,
                [
                    .. Matrices.Where(matrix => gates.ContainsKey(matrix.Name)).Select(matrix => new ModuleResult(matrix.Name, "weights as logic", gates[matrix.Name], matrix.StorageBits)),
                    new($"{Report.Lanes} multiply-accumulate lanes and what else matrices share", "arithmetic", Report.Area.SharedGates, 0),
                ],
                [.. Report.Memories.Select(memory => new MemoryResult(memory.Module, memory.IsPersistent ? "the sequence's" : "one token's", memory.Words, memory.Bits))],
                [.. Report.Steps.Select(step => new ChipStepResult(step.Value ?? step.Name, step.Unit, step.LastCycles))],
                [.. Enumerable.Range(0, Points + 1).Select(i => (long)last * i / Points).Distinct().Select(position => new TokenCyclesResult(position, Design.Cycles.Of(position, generates: true, draws: false)))],
                Report.Area.Source);
        }
    }

    /// <summary>The prompt in tokens; of a model without a tokenizer, a token of its own.</summary>
    private static int[] Prompt(Model model, string prompt)
    {
        if (!model.HasTokenizer)
        {
            return [1];
        }

        var tokens = model.Tokenizer.Encode(prompt, model.Tokenizer.AddsBeginOfText);
        return tokens.Length > 0 ? tokens : [model.Tokenizer.BeginOfText ?? 1];
    }
}
