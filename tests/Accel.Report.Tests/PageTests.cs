using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Accel.Report.Page;
using Accel.Report.Results;

namespace Accel.Report.Tests;

/// <summary>The page as text.</summary>
public sealed partial class PageTests
{
    [Fact]
    public void The_same_results_give_the_same_bytes() => Assert.Equal(ReportPage.Write([Samples.Full(), Samples.Full(2)]), ReportPage.Write([Samples.Full(), Samples.Full(2)]));

    [Fact]
    public void It_names_no_other_place_than_itself()
    {
        var html = ReportPage.Write([Samples.Full()]);
        Assert.DoesNotMatch(@"(?i)(src|href)=""(?!#)|https?://|\burl\(|@import", html);
    }

    [Fact]
    public void Ids_stand_once_and_links_lead_to_them()
    {
        foreach (var html in new[] { ReportPage.Write([Samples.Full()]), ReportPage.Write([Samples.Full(), Samples.Full(2)]), ReportPage.Write([Samples.Empty()]) })
        {
            var ids = Id().Matches(html).Select(match => match.Groups[1].Value).ToArray();
            Assert.Equal(ids.Length, ids.Distinct().Count());
            Assert.All(Link().Matches(html).Select(match => match.Groups[1].Value), link => Assert.Contains(link, ids));
        }
    }

    [Fact]
    public void Every_chart_has_its_data()
    {
        var html = ReportPage.Write([Samples.Full()]);
        var json = html[(html.IndexOf("id=\"data\">", StringComparison.Ordinal) + 10)..];
        var data = JsonDocument.Parse(json[..json.IndexOf("</script>", StringComparison.Ordinal)]).RootElement;
        var charts = Csv().Matches(html).Select(match => match.Groups[1].Value).ToArray();
        Assert.True(charts.Length >= 12);
        Assert.Equal(charts.Order(StringComparer.Ordinal), data.EnumerateObject().Select(chart => chart.Name).Order(StringComparer.Ordinal));
        foreach (var chart in data.EnumerateObject())
        {
            var columns = chart.Value.GetProperty("columns").GetArrayLength();
            Assert.NotEqual(0, chart.Value.GetProperty("rows").GetArrayLength());
            Assert.All(chart.Value.GetProperty("rows").EnumerateArray(), row => Assert.Equal(columns, row.GetArrayLength()));
        }
    }

    public static TheoryData<string> Parts => ["model", "hardware", "compile", "numerics", "timing", "chip", "verification"];

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_that_is_missing_is_said_to_be_missing_alone_and_beside_a_full_run(string part)
    {
        const string Reason = "for the reason given";
        var full = Samples.Full();
        var step = part switch { "model" or "hardware" => StepNames.Import, "compile" => StepNames.Compile, "numerics" => StepNames.Check, "timing" => StepNames.Simulate, "chip" => StepNames.Emit, _ => StepNames.Verify };
        var partial = full with
        {
            Model = part == "model" ? null : full.Model,
            Hardware = part == "hardware" ? null : full.Hardware,
            Compile = part == "compile" ? null : full.Compile,
            Numerics = part == "numerics" ? null : full.Numerics,
            Timing = part == "timing" ? null : full.Timing,
            Chip = part == "chip" ? null : full.Chip,
            Verification = part == "verification" ? null : full.Verification,
            Steps = [.. full.Steps.Select(known => known.Name == step ? known with { Status = StepStatus.NotRun, Detail = Reason } : known)],
        };
        Assert.Contains($"not run: {Reason}", ReportPage.Write([partial]));
        Assert.Contains($"B: not run: {Reason}", ReportPage.Write([full, partial]));
        Assert.Contains($"A: not run: {Reason}", ReportPage.Write([partial, full]));
    }

    [Fact]
    public void A_failed_step_is_never_shown_as_passed()
    {
        var full = Samples.Full();
        var failed = full with
        {
            Numerics = full.Numerics! with { DifferingBits = 3, FirstDifference = "'layers.2' of token 7" },
            Steps = [.. full.Steps.Select(step => step.Name == StepNames.Check ? step with { Status = StepStatus.Failed, Detail = "3 differing bits" } : step)],
        };
        var html = ReportPage.Write([failed]);
        Assert.Contains("✗ check", html);
        Assert.DoesNotContain("✓ check", html);
        Assert.Contains("The program differs from its arithmetic in 3 bits", html);
        Assert.Contains("&#39;layers.2&#39; of token 7", html);
        Assert.Equal(StepStatus.Failed, Answer.AllOf(failed).Single(answer => answer.Question == "How exact?").Status);
    }

    [Fact]
    public void Chip_text_that_differs_is_marked()
    {
        var full = Samples.Full();
        var html = ReportPage.Write([full with
        {
            Verification = full.Verification! with { DifferingTokens = 1, Texts = [new("a", "greedy", "b", "c")] },
            Steps = [.. full.Steps.Select(step => step.Name == StepNames.Verify ? step with { Status = StepStatus.Failed } : step)],
        }]);
        Assert.Contains("✗ not the same", html);
        Assert.DoesNotContain("✓ the same words", html);
    }

    [Fact]
    public void A_model_of_many_layers_and_a_machine_of_many_units_stay_readable()
    {
        var full = Samples.Full();
        var run = full.Timing!.Runs[0];
        var html = WebUtility.HtmlDecode(ReportPage.Write([full with
        {
            Model = full.Model! with { Layers = [.. Enumerable.Range(0, 126).Select(i => new LayerResult($"layers.{i}", "full attention", [new("mixer", 10), new("MLP", 20)], 5))] },
            Timing = full.Timing with { Runs = [run with { Units = [.. Enumerable.Range(0, 64).Select(i => new UnitTimeResult($"dma{i}", 1, [], run.Cycles - 1))] }] },
        }]));
        Assert.Contains("layers.0–125 · 126 × full attention", html);
        Assert.Contains("64 × dma\nbusy: 64 cycles", html);
        Assert.InRange(html.Length, 0, 1_000_000);
    }

    [GeneratedRegex("\\bid=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("href=\"#([^\"]+)\"")]
    private static partial Regex Link();

    [GeneratedRegex("data-chart=\"([^\"]+)\"")]
    private static partial Regex Csv();
}
