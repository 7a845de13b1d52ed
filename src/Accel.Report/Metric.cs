using Accel.Report.Results;

namespace Accel.Report;

/// <summary>A number by which runs are compared.</summary>
/// <param name="IsMoreBetter">Null where neither is.</param>
/// <param name="Of">Of a result; null where it has none.</param>
public sealed record Metric(string Name, Func<double, string> Text, bool? IsMoreBetter, Func<RunResult, double?> Of)
{
    public static IReadOnlyList<Metric> All { get; } =
    [
        new("decode, tokens/s", Figures.Count, true, result => Run(result, "decode") is { } run ? Answer.TokensPerSecond(run, result.Hardware!) : null),
        new("decode, cycles per token", Figures.Count, false, result => Run(result, "decode") is { } run ? (double)run.Cycles / run.Tokens : null),
        new("prefill, tokens/s", Figures.Count, true, result => Run(result, "prefill") is { } run ? Answer.TokensPerSecond(run, result.Hardware!) : null),
        new("decode, bytes moved per token", Figures.Bytes, false, result => Entry(result, "decode") is { } entry ? (double)entry.Moved / entry.Tokens : null),
        new("decode, moved / lower bound", Figures.Significant, false, result => Entry(result, "decode") is { LowerBound: > 0 } entry ? (double)entry.Moved / entry.LowerBound : null),
        new("weights", Figures.Bytes, null, result => result.Model?.WeightBytes),
        new("memory in use", Figures.Bytes, false, result => result.Compile?.DramBytes),
        new("perplexity, float reference", Figures.Perplexity, false, result => result.Numerics?.Perplexities[0].Perplexity),
        new("perplexity, program", Figures.Perplexity, false, result => result.Numerics?.Perplexities[^1].Perplexity),
        new("divergence from float, nats", Figures.Significant, false, result => result.Numerics?.MeanDivergence),
        new("differing bits", Figures.Count, false, result => result.Numerics?.DifferingBits),
        new("chip, gate equivalents", Figures.Count, false, result => result.Chip?.GateEquivalents),
        new("chip, cycles of the first token", Figures.Count, false, result => result.Chip is { CyclesPerToken: [var first, ..] } ? first.Cycles : null),
        new("chip, differing tokens", Figures.Count, false, result => result.Verification?.DifferingTokens),
    ];

    /// <summary>How a run's value stands to the first run's: <c>+12.0 %</c>, <c>same</c>; empty where either is missing.</summary>
    public static string Change(double? first, double? value) => (first, value) switch
    {
        ({ } a, { } b) when a == b => "same",
        (0, { }) => "from 0",
        ({ } a, { } b) => Figures.Change((b / a) - 1),
        _ => "",
    };

    private static TimedRunResult? Run(RunResult result, string name) => result.Hardware is null ? null : result.Timing?.Runs.FirstOrDefault(run => run.Name == name);

    private static EntryResult? Entry(RunResult result, string name) => result.Compile?.Entries.FirstOrDefault(entry => entry.Name == name);
}
