using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Accel.Cli.Tests;

/// <summary>The program as a process of its own: for what depends on its environment, or on its end.</summary>
internal static class AccelProcess
{
    /// <summary>Starts it.</summary>
    /// <param name="searchPath">Its PATH; null for this process's.</param>
    public static Process Start(string? searchPath, params string[] arguments)
    {
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(host, [Path.Combine(AppContext.BaseDirectory, "accel.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (searchPath is not null)
        {
            start.Environment["PATH"] = searchPath;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end.</summary>
    public static (int Exit, string Output, string Error) Run(string? searchPath, params string[] arguments)
    {
        using var process = Start(searchPath, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
