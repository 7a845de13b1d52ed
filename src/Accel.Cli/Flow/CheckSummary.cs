using Accel.Cli.Integer;
using Accel.Report.Results;

namespace Accel.Cli.Flow;

/// <summary>The comparison of the three executors, for the report.</summary>
internal static class CheckSummary
{
    public static NumericsResult Of(ModelCheckResult result) => new(
        result.PrefillTokens, result.DecodeTokens,
        [
            new("float reference", result.Quality.FloatPerplexity), new("integer interpreter", result.Quality.Perplexity), new("compiled program", result.ProgramPerplexity),
        ],
        Math.Max(0, result.Quality.MeanDivergence), result.Quality.TopOneAgreement, result.Compared, result.DifferingBits,
        [.. result.Quality.LayerOutputs.Select(value => new LayerErrorResult(value.Value, value.RelativeError, value.Saturated))],
        result.FirstDifference);
}
