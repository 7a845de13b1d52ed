using System.Diagnostics;
using System.Text;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Tools;

/// <summary>What a program left behind.</summary>
/// <param name="ExitCode">0 where it was content.</param>
/// <param name="Output">Everything it printed, errors among it in the order in which they came.</param>
/// <param name="Elapsed">By the wall clock.</param>
public sealed record ToolResult(int ExitCode, string Output, TimeSpan Elapsed);

/// <summary>A program that ended badly or did not end.</summary>
/// <param name="tool">Which.</param>
/// <param name="reason">One line.</param>
/// <param name="output">What it printed.</param>
public sealed class ToolFailedException(string tool, string reason, string output) : Exception($"{tool}: {reason}{Tail(output)}")
{
    private const int ShownLines = 12;

    /// <summary>What it printed, whole.</summary>
    public string Output { get; } = output;

    /// <summary>The lines that tell most: those with errors, else the last.</summary>
    private static string Tail(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd()).ToArray();
        var errors = lines.Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)).ToArray();
        return string.Concat((errors.Length > 0 ? errors.Take(ShownLines) : lines.TakeLast(ShownLines)).Select(line => $"\n    {line}"));
    }
}

/// <summary>Runs external programs: no shell, no input, bounded time, output kept.</summary>
public static class ToolProcess
{
    /// <summary>Output beyond this is dropped: a simulation that runs wild must not fill memory.</summary>
    private const int MostOutput = 64 << 20;

    /// <summary>Runs a tool to its end and demands that it ends well.</summary>
    /// <exception cref="InputException">It is not installed.</exception>
    /// <exception cref="ToolFailedException">It failed or took too long.</exception>
    public static ToolResult Check(ExternalTool tool, IEnumerable<string> arguments, string folder, TimeSpan limit)
    {
        var result = Run(tool, arguments, folder, limit);
        return result.ExitCode == 0 ? result : throw new ToolFailedException(tool.Name, $"ended with exit code {result.ExitCode}", result.Output);
    }

    /// <summary>Runs a tool to its end.</summary>
    /// <exception cref="InputException">It is not installed.</exception>
    /// <exception cref="ToolFailedException">It took too long.</exception>
    public static ToolResult Run(ExternalTool tool, IEnumerable<string> arguments, string folder, TimeSpan limit) =>
        Run(tool.Name, tool.Require(), arguments, folder, limit);

    /// <summary>Runs a program by its path.</summary>
    /// <exception cref="ToolFailedException">It cannot be started, or it took too long: then it and all that it started are ended.</exception>
    public static ToolResult Run(string name, string program, IEnumerable<string> arguments, string folder, TimeSpan limit)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        var clock = Stopwatch.StartNew();
        using var process = Start(name, start);
        process.StandardInput.Close();
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            throw new ToolFailedException(name, $"not done within {limit.TotalSeconds:0} s", Text(output));
        }

        // Without a limit it also waits for the last lines of both streams.
        process.WaitForExit();
        return new(process.ExitCode, Text(output), clock.Elapsed);
    }

    private static Process Start(string name, ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new ToolFailedException(name, "cannot be started", "");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ToolFailedException(name, $"cannot be started: {e.Message}", "");
        }
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            if (line is not null && output.Length < MostOutput)
            {
                output.Append(line).Append('\n');
            }
        }
    }

    private static string Text(StringBuilder output)
    {
        lock (output)
        {
            return output.ToString();
        }
    }
}
