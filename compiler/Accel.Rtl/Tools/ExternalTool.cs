using Accel.Core.Diagnostics;

namespace Accel.Rtl.Tools;

/// <summary>A program that is not part of Accel, found on the path.</summary>
/// <param name="Name">As reports call it.</param>
/// <param name="Command">The file that is searched for.</param>
/// <param name="Package">What Debian and Ubuntu call it.</param>
/// <param name="VersionArgument">Makes it print its version.</param>
public sealed record ExternalTool(string Name, string Command, string Package, string VersionArgument)
{
    private static readonly TimeSpan _versionTime = TimeSpan.FromMinutes(2);

    /// <summary>Compiles Verilog to C++; needs a C++ compiler and make beside it.</summary>
    public static ExternalTool Verilator { get; } = new("Verilator", "verilator", "verilator", "--version");

    /// <summary>Compiles Verilog for <see cref="IcarusRuntime"/>.</summary>
    public static ExternalTool Icarus { get; } = new("Icarus Verilog", "iverilog", "iverilog", "-V");

    public static ExternalTool IcarusRuntime { get; } = new("Icarus Verilog", "vvp", "iverilog", "-V");

    public static ExternalTool Yosys { get; } = new("Yosys", "yosys", "yosys", "-V");

    /// <summary>Static timing analysis.</summary>
    public static ExternalTool OpenSta { get; } = new("OpenSTA", "sta", "opensta", "-version");

    public static ExternalTool Make { get; } = new("make", "make", "make", "--version");

    public static ExternalTool CompilerOfCpp { get; } = new("C++ compiler", "g++", "g++", "--version");

    /// <summary>How to get it.</summary>
    public string InstallCommand => $"apt-get install {Package}";

    public bool IsInstalled => Find() is not null;

    /// <summary>Full path of the program; null where the path does not lead to it.</summary>
    /// <param name="searchPath">Folders as the system writes them; null for those of this process.</param>
    public string? Find(string? searchPath = null) => (searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, Command))
        .FirstOrDefault(IsExecutable);

    /// <summary>Full path of the program.</summary>
    /// <exception cref="InputException">It is not installed; the message says how to change that.</exception>
    public string Require(string? searchPath = null) => Find(searchPath)
        ?? throw new InputException(Command, "", $"{Name} on the path: `{InstallCommand}` installs it", "no such program");

    /// <summary>The first line that it prints about itself.</summary>
    public string Version() => ToolProcess.Run(this, [VersionArgument], Directory.GetCurrentDirectory(), _versionTime).Output
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .FirstOrDefault("unknown version");

    private static bool IsExecutable(string path) => File.Exists(path)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
