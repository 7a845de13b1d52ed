using System.Globalization;
using Accel.Core.Diagnostics;
using Accel.Rtl.Tools;

namespace Accel.Rtl.Verification;

/// <summary>What runs a chip's text.</summary>
public enum Simulator
{
    /// <summary>Compiled; two levels, registers start at random.</summary>
    Verilator,

    /// <summary>Interpreted; four levels, some hundred times slower.</summary>
    Icarus,
}

/// <summary>How a bench is to run.</summary>
/// <param name="Vectors">Full path of the vectors.</param>
public sealed record BenchRun(string Vectors)
{
    /// <summary>Show every value of every position.</summary>
    public bool Probe { get; init; }

    /// <summary>Show this value, element by element.</summary>
    public (int Run, int Position, int Step)? Only { get; init; }

    /// <summary>Full path of a file for waves.</summary>
    public string? Waves { get; init; }

    /// <summary>Whether streams are held back at random and a chip does something else before a reset; for waves of a run alone, under Verilator, without.</summary>
    public bool HasStalls { get; init; } = true;

    /// <summary>Of stalls and of what registers hold before a reset.</summary>
    public ulong Seed { get; init; } = 1;

    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>A chip's bench, built.</summary>
public sealed class TestBench
{
    private static readonly TimeSpan _buildLimit = TimeSpan.FromMinutes(30);

    private readonly string _folder;
    private readonly Simulator _simulator;
    private readonly string _program;

    private TestBench(string folder, Simulator simulator, string program, TimeSpan buildTime) => (_folder, _simulator, _program, BuildTime) = (folder, simulator, program, buildTime);

    /// <summary>By the wall clock.</summary>
    public TimeSpan BuildTime { get; }

    /// <summary>The sources of the benches, by the names that they have in a chip's folder.</summary>
    public static IReadOnlyDictionary<string, string> Sources { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["bench/bench.cpp"] = Resource("bench.cpp"),
        ["bench/bench.v"] = Resource("bench.v"),
    };

    /// <summary>Builds the bench of a chip's folder, in <c>build/</c> there.</summary>
    /// <param name="folder">With <c>rtl/</c> and <c>bench/</c>.</param>
    /// <param name="top">The chip's top module.</param>
    /// <param name="files">Its files, relative to the folder.</param>
    /// <param name="hasProbe">Whether it has probes.</param>
    /// <param name="simulator">For which simulator.</param>
    /// <param name="waves">Whether waves will be asked for.</param>
    /// <exception cref="InputException">The simulator is not installed.</exception>
    /// <exception cref="ToolFailedException">It refuses the text.</exception>
    public static TestBench Build(string folder, string top, IReadOnlyList<string> files, bool hasProbe, Simulator simulator, bool waves)
    {
        folder = Path.GetFullPath(folder);
        return simulator == Simulator.Verilator ? BuildVerilator(folder, top, files, hasProbe, waves) : BuildIcarus(folder, top, files, hasProbe);
    }

    /// <summary>A bench that <see cref="Build"/> left in a folder.</summary>
    internal static TestBench Attach(string folder, Simulator simulator) => simulator == Simulator.Verilator
        ? new(folder, simulator, Path.Combine(folder, "build/verilator/bench"), TimeSpan.Zero)
        : new(folder, simulator, Path.Combine("build", "bench.vvp"), TimeSpan.Zero);

    /// <summary>Runs it to its end.</summary>
    /// <returns>What was seen, and what the bench printed.</returns>
    /// <exception cref="ToolFailedException">It broke down or took too long.</exception>
    public (BenchTranscript Transcript, string Log, TimeSpan Elapsed) Run(BenchRun run)
    {
        var transcript = Path.Combine(_folder, "build", $"transcript-{Path.GetRandomFileName()}.txt");
        try
        {
            var result = _simulator == Simulator.Verilator
                ? ToolProcess.Run("bench", _program, VerilatorArguments(run, transcript), _folder, run.Limit)
                : ToolProcess.Run(ExternalTool.IcarusRuntime, IcarusArguments(run, transcript), _folder, run.Limit);
            if (result.ExitCode is not (0 or 1) || !File.Exists(transcript))
            {
                throw new ToolFailedException("bench", $"ended with exit code {result.ExitCode}", result.Output);
            }

            using var text = File.OpenText(transcript);
            return (BenchTranscript.Read(text), result.Output.TrimEnd(), result.Elapsed);
        }
        finally
        {
            File.Delete(transcript);
        }
    }

    private static TestBench BuildVerilator(string folder, string top, IReadOnlyList<string> files, bool hasProbe, bool waves)
    {
        ExternalTool.Make.Require();
        ExternalTool.CompilerOfCpp.Require();
        var place = waves ? "build/verilator-waves" : "build/verilator";
        Directory.CreateDirectory(Path.Combine(folder, place));
        var flags = $"-O1{(hasProbe ? " -DBENCH_PROBE" : "")}{(waves ? " -DBENCH_TRACE" : "")}";
        var result = ToolProcess.Check(
            ExternalTool.Verilator,
            [
                "--cc", "--exe", "--build", "-j", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture), "-O3", "--x-initial", "unique", "--x-assign", "unique",
                "-Wno-fatal", .. waves ? ["--trace"] : Array.Empty<string>(), "--top-module", top, "--prefix", "Vchip", "--Mdir", place, "-CFLAGS", flags, "-o", "bench",
                .. files, Path.Combine(folder, "bench", "bench.cpp"),
            ],
            folder,
            _buildLimit);
        return new(folder, Simulator.Verilator, Path.Combine(folder, place, "bench"), result.Elapsed);
    }

    private static TestBench BuildIcarus(string folder, string top, IReadOnlyList<string> files, bool hasProbe)
    {
        ExternalTool.IcarusRuntime.Require();
        Directory.CreateDirectory(Path.Combine(folder, "build"));
        var program = Path.Combine("build", "bench.vvp");
        var result = ToolProcess.Check(
            ExternalTool.Icarus, ["-g2001", $"-DCHIP={top}", .. hasProbe ? ["-DPROBE"] : Array.Empty<string>(), "-o", program, "bench/bench.v", .. files], folder, _buildLimit);
        return new(folder, Simulator.Icarus, program, result.Elapsed);
    }

    private static List<string> VerilatorArguments(BenchRun run, string transcript)
    {
        List<string> arguments = [run.Vectors, "--transcript", transcript, "--seed", Text(run.Seed)];
        if (run.Probe)
        {
            arguments.Add("--probe");
        }

        if (run.Only is var (number, position, step))
        {
            arguments.AddRange(["--only", Text(number), Text(position), Text(step)]);
        }

        if (run.Waves is { } waves)
        {
            arguments.AddRange(["--vcd", waves]);
        }

        if (!run.HasStalls)
        {
            arguments.Add("--no-stalls");
        }

        return arguments;
    }

    private List<string> IcarusArguments(BenchRun run, string transcript)
    {
        List<string> arguments = ["-n", _program, $"+vectors={run.Vectors}", $"+transcript={transcript}", $"+seed={Text(run.Seed)}"];
        if (run.Probe)
        {
            arguments.Add("+probe");
        }

        if (run.Only is var (number, position, step))
        {
            arguments.AddRange(["+only", $"+run={Text(number)}", $"+position={Text(position)}", $"+step={Text(step)}"]);
        }

        if (run.Waves is { } waves)
        {
            arguments.Add($"+vcd={waves}");
        }

        return arguments;
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Resource(string name)
    {
        using var stream = typeof(TestBench).Assembly.GetManifestResourceStream($"Bench.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
