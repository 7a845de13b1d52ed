using Microsoft.Playwright;

namespace Accel.Report.Tests;

/// <summary>A real browser, started once; tests are skipped, visibly, where there is none.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] _places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    /// <summary>Milliseconds: tests run beside others on few cores.</summary>
    private const float Patience = 120_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private static string? Program => _places.FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Program is null)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Opens a page from disk, as a reader does; no network, and every complaint of the console is kept.</summary>
    public async Task<OpenPage> OpenAsync(string html, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        Skip.If(Program is null, "needs a browser: `apt-get install chromium` installs it");
        var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, AcceptDownloads = true, HasTouch = width < 600 });
        var file = Path.Combine(Path.GetTempPath(), $"accel-report-{Guid.NewGuid():N}.html");
        await File.WriteAllTextAsync(file, html);
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        var opened = new OpenPage(context, page, file);
        page.Console += (_, message) => opened.Complaints.Add(message.Text);
        page.PageError += (_, error) => opened.Complaints.Add(error);
        page.Request += (_, request) => opened.Requests.Add(request.Url);
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        return opened;
    }
}

/// <summary>A page in the browser, with what it said and asked for.</summary>
public sealed class OpenPage(IBrowserContext context, IPage page, string file) : IAsyncDisposable
{
    public IPage Page { get; } = page;

    public List<string> Complaints { get; } = [];

    public List<string> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await context.CloseAsync();
        File.Delete(file);
    }
}
