namespace Accel.Report.Sections;

/// <summary>Runs beside each other, by their main numbers.</summary>
internal static class ComparisonSection
{
    public static Section Make(IReadOnlyList<Run> runs) => new(
        "comparison", "Comparison", "Side by side", "Each run against the first, A. A filled mark is better, a hollow one worse; letters and colours mean the same run in every chart.",
        [Table(runs)]);

    /// <summary>A row per metric that any run has; a value and its change per run.</summary>
    public static Table Table(IReadOnlyList<Run> runs) => new(
        "Main numbers",
        ["", .. runs.Select(run => run.Named(run.Result.Title))],
        [
            .. Metric.All.Where(metric => runs.Any(run => metric.Of(run.Result) is not null)).Select(metric =>
            {
                var first = metric.Of(runs[0].Result);
                return new[] { metric.Name }.Concat(runs.Select(run => metric.Of(run.Result) is { } value ? metric.Text(value) + Difference(metric, run, first, value) : "not run")).ToArray();
            }),
        ],
        "comparison");

    private static string Difference(Metric metric, Run run, double? first, double value)
    {
        var change = run.Index == 0 ? "" : Metric.Change(first, value);
        var mark = change.Length == 0 || first == value || metric.IsMoreBetter is not { } more ? "" : value > first == more ? " ●" : " ○";
        return change.Length == 0 ? "" : $"  {change}{mark}";
    }
}
