using System.Diagnostics;

namespace Accel.Rtl.Tests;

/// <summary>Tools of the hardware world, run in a folder of their own; a test is skipped, visibly, where one is missing.</summary>
internal static class Tool
{
    /// <summary>Only what hangs takes so long: a C++ compiler beside other builds may take many times what it takes alone.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(30);

    public static void Require(string tool, string package) =>
        Skip.IfNot(
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, tool))),
            $"needs {tool}: apt-get install {package}");

    /// <summary>Runs a tool and returns what it printed; any other exit code than 0 fails the test.</summary>
    public static string Run(string folder, string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(_patience))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            Assert.Fail($"{tool} {string.Join(' ', arguments)}: not done within {_patience.TotalMinutes:0} minutes");
        }

        var text = output.Result + error.Result;
        Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{text[..Math.Min(text.Length, 4000)]}");
        return text;
    }

    /// <summary>An empty folder for one test.</summary>
    public static string Folder(string name)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"accel-rtl-{Environment.ProcessId}", name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Verilator's lint with every warning on but the two that say nothing of correctness.</summary>
    public static void Lint(string folder, string file, string top) =>
        Run(folder, "verilator", "--lint-only", "-Wall", "-Wno-UNUSEDSIGNAL", "-Wno-DECLFILENAME", "--top-module", top, file);
}
