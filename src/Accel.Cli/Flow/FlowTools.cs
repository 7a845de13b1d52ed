using Accel.Rtl.Tools;

namespace Accel.Cli.Flow;

/// <summary>The outside tools of a flow: which are missing, and how they are installed.</summary>
/// <param name="output">Says what is installed.</param>
/// <param name="searchPath">Folders as the system writes them; null for those of this process.</param>
internal sealed class FlowTools(TextWriter output, string? searchPath = null)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);
    private static readonly ExternalTool[] _needed = [ExternalTool.Verilator, ExternalTool.Make, ExternalTool.CompilerOfCpp];

    private ExternalTool[] Missing => [.. _needed.Where(tool => tool.Find(searchPath) is null)];

    /// <summary>Why a chip cannot be verified here; null where nothing is missing.</summary>
    public string? Obstacle => Missing is [_, ..] missing
        ? $"needs {string.Join(", ", missing.Select(tool => tool.Name))}: `{InstallCommand(missing)}` or `accel flow --setup` installs {(missing.Length == 1 ? "it" : "them")}"
        : null;

    /// <summary>Installs what is missing, from the system's packages.</summary>
    /// <exception cref="ToolFailedException">The package manager failed.</exception>
    /// <exception cref="Accel.Core.Diagnostics.InputException">There is none that we know.</exception>
    public void InstallMissing()
    {
        if (Missing is not [_, ..] missing)
        {
            return;
        }

        output.WriteLine($"installing {string.Join(", ", missing.Select(tool => tool.Package))}: {InstallCommand(missing)}");
        output.Flush();
        Run(["update", "-qq"]);
        Run(["install", "-y", "-qq", "--no-install-recommends", .. missing.Select(tool => tool.Package).Distinct()]);
    }

    private string InstallCommand(IEnumerable<ExternalTool> tools) =>
        $"{(Environment.IsPrivilegedProcess ? "" : "sudo ")}apt-get install {string.Join(' ', tools.Select(tool => tool.Package).Distinct())}";

    private void Run(string[] arguments)
    {
        var manager = new ExternalTool("apt-get", "apt-get", "apt", "--version").Require(searchPath);
        var result = Environment.IsPrivilegedProcess
            ? ToolProcess.Run("apt-get", manager, arguments, Directory.GetCurrentDirectory(), _patience)
            : ToolProcess.Run("sudo", new ExternalTool("sudo", "sudo", "sudo", "--version").Require(searchPath), ["-n", manager, .. arguments], Directory.GetCurrentDirectory(), _patience);
        if (result.ExitCode != 0)
        {
            throw new ToolFailedException("apt-get", $"ended with exit code {result.ExitCode}", result.Output);
        }
    }
}
