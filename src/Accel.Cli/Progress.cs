using System.Diagnostics;

namespace Accel.Cli;

/// <summary>One line of progress on the error stream, redrawn in place; silent when that is no terminal or the work is short.</summary>
internal sealed class Progress(Terminal terminal, string unit, long total)
{
    private const int BarWidth = 30;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _drawn;

    public void Report(long done)
    {
        if (Console.IsErrorRedirected || _clock.Elapsed < _patience || _clock.Elapsed - _drawn < _interval)
        {
            return;
        }

        _drawn = _clock.Elapsed;
        var filled = (int)(BarWidth * Math.Min(done, total) / Math.Max(1, total));
        terminal.Error.Write($"\r[{new string('#', filled)}{new string('.', BarWidth - filled)}] {done:N0} of {total:N0} {unit}, {done / _clock.Elapsed.TotalSeconds:N0}/s ");
    }

    /// <summary>Clears the line.</summary>
    public void Finish()
    {
        if (_drawn > TimeSpan.Zero)
        {
            terminal.Error.Write($"\r{new string(' ', 100)}\r");
        }
    }
}
