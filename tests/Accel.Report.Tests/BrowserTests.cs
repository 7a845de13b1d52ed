using Accel.Report.Page;
using Accel.Report.Results;
using Microsoft.Playwright;

namespace Accel.Report.Tests;

/// <summary>The page in a real browser.</summary>
public sealed class BrowserTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly RunResult _full = Samples.Full();

    public static TheoryData<string> Pages => ["one run", "two runs", "empty"];

    private static string Html(string kind) => ReportPage.Write(kind switch
    {
        "one run" => [_full],
        "two runs" => [_full, Samples.Full(1.4)],
        _ => [Samples.Empty()],
    });

    [SkippableTheory]
    [MemberData(nameof(Pages))]
    public async Task Opens_from_disk_without_a_word_on_the_console_and_asks_for_nothing_else(string kind)
    {
        await using var opened = await browser.OpenAsync(Html(kind));
        Assert.Empty(opened.Complaints);
        Assert.Single(opened.Requests);
        Assert.StartsWith("file:", opened.Requests[0]);
    }

    [SkippableTheory]
    [InlineData("one run", 390)]
    [InlineData("two runs", 390)]
    [InlineData("empty", 390)]
    [InlineData("one run", 320)]
    [InlineData("one run", 1280)]
    public async Task Nothing_hangs_over_the_edge(string kind, int width)
    {
        await using var opened = await browser.OpenAsync(Html(kind), width);
        Assert.Equal(width, await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [SkippableFact]
    public async Task Charts_have_a_mark_for_every_datum()
    {
        await using var opened = await browser.OpenAsync(Html("one run"));
        var decode = _full.Timing!.Runs[0];
        async Task<int> Marks(string chart, string type = "") => await opened.Page.Locator($"#{chart} svg:visible .mark{type}").CountAsync();
        Assert.Equal(decode.Timeline!.Slices.Count + decode.Timeline.Bandwidth.Count, await Marks("timeline-decode"));
        Assert.Equal(_full.Timing.Runs.Sum(run => run.Operators.Count(op => op.Macs > 0)), await Marks("roofline-operators", ".point"));
        Assert.Equal(1, await Marks("roofline-operators", ".roof"));
        Assert.Equal(decode.Units.Sum(unit => 1 + unit.Stalls.Count(stall => stall.Cycles > 0) + (unit.Idle > 0 ? 1 : 0)), await Marks("units-decode"));
        Assert.Equal(_full.Numerics!.Layers.Count, await Marks("errors"));
        Assert.Equal(_full.Chip!.CyclesPerToken.Count, await Marks("chip-cycles"));
        Assert.Equal(_full.Model!.Layers.Sum(layer => layer.Parts.Count), await Marks("parameters"));
        Assert.Equal(_full.Model!.Layers.Count(layer => layer.StateBytes > 0), await Marks("state"));
        var bars = _full.Compile!.Entries[0].Operators.GroupBy(op => op.Name.StartsWith("layers", StringComparison.Ordinal) ? op.Name[9..] : op.Name).Count(group => group.Any(op => op.Bytes.Total > 0));
        Assert.Equal(bars, await Marks("bytes-decode", ".bound"));
    }

    [SkippableFact]
    public async Task Bars_are_as_long_as_their_numbers()
    {
        await using var opened = await browser.OpenAsync(Html("one run"));
        var units = _full.Timing!.Runs[0].Units;
        var bars = opened.Page.Locator("#units-decode svg:visible rect.f0");
        var widths = new List<double>();
        for (var i = 0; i < units.Count; i++)
        {
            widths.Add((await bars.Nth(i).BoundingBoxAsync())!.Width);
        }

        for (var i = 1; i < units.Count; i++)
        {
            Assert.Equal((double)units[i].Busy / units[0].Busy, widths[i] / widths[0], 2);
        }
    }

    [SkippableFact]
    public async Task No_operator_stands_above_the_roof()
    {
        await using var opened = await browser.OpenAsync(Html("one run"));
        var roof = await opened.Page.Locator("#roofline-operators svg:visible .roof").BoundingBoxAsync();
        foreach (var point in await opened.Page.Locator("#roofline-operators svg:visible .point").AllAsync())
        {
            var box = (await point.BoundingBoxAsync())!;
            Assert.True(box.Y + (box.Height / 2) >= roof!.Y - 1);
        }
    }

    [SkippableFact]
    public async Task Tips_follow_the_pointer_and_the_keyboard()
    {
        await using var opened = await browser.OpenAsync(Html("one run"));
        var page = opened.Page;
        var tip = page.Locator("#tip");
        Assert.True(await tip.IsHiddenAsync());
        await page.Locator("#units-decode svg:visible .mark").First.HoverAsync();
        var unit = _full.Timing!.Runs[0].Units[0];
        Assert.Equal($"{unit.Name}\nbusy: {Figures.Whole(unit.Busy)} cycles, 88.0 %", (await tip.TextContentAsync())!.Replace("\r", ""));
        await page.Mouse.MoveAsync(5, 5);
        Assert.True(await tip.IsHiddenAsync());
        await page.Locator("#units-decode svg:visible .mark").First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.StartsWith("DMA 0\nmemory: ", await tip.TextContentAsync());
        await page.Keyboard.PressAsync("Escape");
        Assert.True(await tip.IsHiddenAsync());
        Assert.Equal(1, await page.Locator("#units-decode svg:visible .mark[tabindex='0']").CountAsync());
    }

    [SkippableFact]
    public async Task Without_its_script_a_mark_still_says_what_it_is()
    {
        var html = Html("one run");
        await using var opened = await browser.OpenAsync(html[..html.LastIndexOf("<script>", StringComparison.Ordinal)] + "</body></html>");
        Assert.StartsWith("DMA 0\nbusy", await opened.Page.Locator("#units-decode svg:visible .mark title").First.TextContentAsync());
        Assert.True(await opened.Page.Locator(".csv").First.IsHiddenAsync());
    }

    [SkippableFact]
    public async Task Dark_follows_the_system_and_the_button_overrules_it()
    {
        await using var opened = await browser.OpenAsync(Html("one run"), scheme: ColorScheme.Dark);
        var page = opened.Page;
        async Task<string> Ground() => await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        const string Dark = "rgb(16, 19, 24)";
        const string Light = "rgb(246, 246, 243)";
        Assert.Equal(Dark, await Ground());
        await page.Locator("#theme").ClickAsync();
        Assert.Equal(Light, await Ground());
        await page.ReloadAsync();
        Assert.Equal(Light, await Ground());
        await page.Locator("#theme").ClickAsync();
        Assert.Equal(Dark, await Ground());
        await page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Dark });
        Assert.Equal("rgb(255, 255, 255)", await Ground());
    }

    [SkippableFact]
    public async Task Every_chart_downloads_as_CSV()
    {
        int charts;
        await using (var counted = await browser.OpenAsync(Html("one run")))
        {
            charts = await counted.Page.Locator("button.csv").CountAsync();
            Assert.Equal(await counted.Page.Locator("svg.wide").CountAsync(), charts);
        }

        // A page of its own for each: a browser holds back a page that downloads much in little time.
        for (var i = 0; i < charts; i++)
        {
            await using var opened = await browser.OpenAsync(Html("one run"));
            var button = opened.Page.Locator("button.csv").Nth(i);
            var download = await opened.Page.RunAndWaitForDownloadAsync(() => button.ClickAsync());
            Assert.Equal(await button.GetAttributeAsync("data-chart") + ".csv", download.SuggestedFilename);
            var lines = await File.ReadAllLinesAsync((await download.PathAsync())!);
            Assert.True(lines.Length > 1);
            Assert.StartsWith("run,", lines[0]);
            if (download.SuggestedFilename == "units-decode.csv")
            {
                var unit = _full.Timing!.Runs[0].Units[0];
                Assert.Equal($"A,{unit.Name},busy,{unit.Busy}", lines[1]);
            }
        }
    }

    [SkippableFact]
    public async Task Compared_runs_have_a_bar_each_and_their_difference()
    {
        await using var opened = await browser.OpenAsync(Html("two runs"));
        var units = _full.Timing!.Runs[0].Units.Count;
        Assert.Equal(2 * units, await opened.Page.Locator("#units-decode svg:visible .run").CountAsync());
        Assert.Contains("+40.0 %", await opened.Page.Locator("#bytes-decode svg:visible .change").AllTextContentsAsync());
        Assert.Contains("+40.0 %", await opened.Page.Locator(".comparison").InnerTextAsync());
    }

    [SkippableFact]
    public async Task What_did_not_run_says_so_and_why()
    {
        await using var opened = await browser.OpenAsync(Html("empty"));
        var text = await opened.Page.Locator("main").InnerTextAsync();
        Assert.Contains("not run: 'simulate' needs the model", text);
        Assert.Contains("failed: the checkpoint is damaged", text);
        Assert.DoesNotContain("✓", text);
        Assert.Equal(0, await opened.Page.Locator("svg").CountAsync());
    }

    [SkippableFact]
    public async Task Hostile_names_stay_text()
    {
        const string Hostile = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">\"'&";
        var result = _full with
        {
            Model = _full.Model! with { Name = Hostile, Layers = [.. _full.Model.Layers.Select(layer => layer with { Block = Hostile })] },
            Steps = [.. _full.Steps.Select(step => step with { Detail = Hostile })],
            Verification = _full.Verification! with { Texts = [new(Hostile, Hostile, Hostile, Hostile)] },
        };
        await using var opened = await browser.OpenAsync(ReportPage.Write([result, result]));
        Assert.Empty(opened.Complaints);
        Assert.DoesNotContain("taken", (await opened.Page.TitleAsync())[..5]);
        Assert.Contains(Hostile, await opened.Page.Locator("#chip pre").First.TextContentAsync());
        Assert.Equal(0, await opened.Page.Locator("img").CountAsync());
    }
}
