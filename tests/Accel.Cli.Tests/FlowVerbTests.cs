using System.Text.Json;
using Accel.Report.Json;
using Accel.Report.Results;
using Accel.Rtl.Tools;

namespace Accel.Cli.Tests;

/// <summary>The whole way of a small model, and what becomes of it where something is missing or wrong.</summary>
public sealed class FlowVerbTests
{
    [SkippableFact]
    public void The_whole_way_ends_in_one_folder_and_gives_the_same_bytes_again()
    {
        foreach (var tool in new[] { ExternalTool.Verilator, ExternalTool.Make, ExternalTool.CompilerOfCpp })
        {
            Skip.IfNot(tool.IsInstalled, $"needs {tool.Name}: `{tool.InstallCommand}`");
        }

        using var folder = new TemporaryFolder();
        var (exit, output, error) = Flow(folder);
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal(["out", "tiny.bin"], folder.Names);
        var result = Read(folder);
        Assert.Equal(StepNames.All, result.Steps.Select(step => step.Name));
        Assert.All(result.Steps, step => Assert.Equal(StepStatus.Done, step.Status));
        Assert.Equal((8, 0, 0, true), (result.Verification!.Tokens, result.Verification.DifferingTokens, result.Verification.DifferingValues, result.Verification.CyclesAgree));
        Assert.All(result.Verification.Texts, text => Assert.Equal(text.Reference, text.Chip));
        Assert.Equal(0, result.Numerics!.DifferingBits);
        Assert.Equal(2, result.Timing!.Runs.Count);
        foreach (var question in new[] { "How fast?", "What binds it?", "How exact?", "How big?", "As a chip?", "The report:" })
        {
            Assert.Contains($"\n{question}", output, StringComparison.Ordinal);
        }

        var first = Contents(folder);
        Assert.Contains("chip/report.json", first.Keys);
        Assert.All(first, file => Assert.False(file.Value.Contains(Path.GetTempPath(), StringComparison.Ordinal), $"{file.Key} names a path of this machine"));
        Assert.Equal(0, Flow(folder).Exit);
        Assert.Equal(first, Contents(folder));
        Assert.Equal(["out", "tiny.bin"], folder.Names);

        // What lies there is a chip's folder as any other, and its page can be made again.
        Assert.Equal(0, Accel("rtl", "verify", folder.Path("out/chip"), "--tokens", "1", "--runs", "1").Exit);
        Assert.Equal(0, Accel("report", folder.Path("out/result.json"), "-o", folder.Path("again.html")).Exit);
        Assert.Equal(first["report.html"], File.ReadAllText(folder.Path("again.html")));
    }

    [Fact]
    public void A_missing_tool_is_named_with_the_command_that_installs_it_and_its_step_does_not_count_as_passed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path("bin"));
        File.WriteAllBytes(folder.Path("tiny.bin"), TinyCheckpoint.Bytes());
        var (exit, output, _) = AccelProcess.Run(folder.Path("bin"), Arguments(folder));
        Assert.Equal(0, exit);
        Assert.Matches("verify +not run .*needs Verilator, make, C\\+\\+ compiler: `(sudo )?apt-get install verilator make g\\+\\+` or `accel flow --setup`", output);
        var step = Read(folder).Steps.Single(step => step.Name == StepNames.Verify);
        Assert.Equal(StepStatus.NotRun, step.Status);
        Assert.Null(Read(folder).Verification);
        Assert.Contains("not run: needs Verilator", File.ReadAllText(folder.Path("out/report.html")), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Setup_says_what_it_installs_and_a_tool_that_fails_fails_the_flow()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs a shell");
        using var folder = new TemporaryFolder();
        var bin = Directory.CreateDirectory(folder.Path("bin")).FullName;
        Script("apt-get", $$"""
            echo "$@" >> {{bin}}/log
            if [ "$1" = install ]; then
                for tool in verilator make g++; do printf '#!/bin/sh\necho broken; exit 1\n' > {{bin}}/$tool; /bin/chmod +x {{bin}}/$tool; done
            fi
            """);
        Script("sudo", """shift; exec "$@" """);
        File.WriteAllBytes(folder.Path("tiny.bin"), TinyCheckpoint.Bytes());
        var (exit, output, error) = AccelProcess.Run(bin, [.. Arguments(folder), "--setup"]);
        Assert.Equal("", error);
        Assert.Contains("installing verilator, make, g++: ", output, StringComparison.Ordinal);
        Assert.Equal(["update -qq", "install -y -qq --no-install-recommends verilator make g++"], File.ReadAllLines(folder.Path("bin/log")));
        Assert.Equal(1, exit);
        Assert.Equal(StepStatus.Failed, Read(folder).Steps.Single(step => step.Name == StepNames.Verify).Status);
        Assert.Contains("✗ verify", File.ReadAllText(folder.Path("out/report.html")), StringComparison.Ordinal);

        // Nothing is missing now, so nothing is installed again.
        Assert.DoesNotContain("installing", AccelProcess.Run(bin, [.. Arguments(folder), "--setup"]).Output, StringComparison.Ordinal);

        void Script(string name, string text)
        {
            File.WriteAllText(Path.Combine(bin, name), $"#!/bin/sh\n{text}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path.Combine(bin, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    [Fact]
    public void A_package_manager_that_fails_is_one_line()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path("bin"));
        File.WriteAllBytes(folder.Path("tiny.bin"), TinyCheckpoint.Bytes());
        var (exit, _, error) = AccelProcess.Run(folder.Path("bin"), [.. Arguments(folder), "--setup"]);
        Assert.Equal(2, exit);
        Assert.Single(error.Trim().Split('\n'));
        Assert.False(Directory.Exists(folder.Path("out")));
    }

    [Fact]
    public void A_shape_without_weights_is_timed_and_the_rest_says_why_it_did_not_run()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Accel("flow", "stories260k", "-o", folder.Path("out"), "--prompt-tokens", "4").Exit);
        var result = Read(folder);
        Assert.Equal(
            [StepStatus.Done, StepStatus.Done, StepStatus.NotRun, StepStatus.Done, StepStatus.NotRun, StepStatus.NotRun],
            result.Steps.Select(step => step.Status));
        Assert.All(result.Steps, step => Assert.NotEqual("", step.Detail));
        Assert.Equal(["report.html", "result.json"], Contents(folder).Keys);
    }

    [Fact]
    public void Json_is_the_result_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var (exit, output, _) = Accel("flow", "stories260k", "-o", folder.Path("out"), "--prompt-tokens", "4", "--json");
        Assert.Equal(0, exit);
        Assert.Equal(File.ReadAllText(folder.Path("out/result.json")), output);
        Assert.Equal("accel-result", JsonDocument.Parse(output).RootElement.GetProperty("format").GetString());
    }

    [Theory]
    [InlineData("flow no-such-model -o {0}/out", "no-such-model: expected")]
    [InlineData("flow --hw egde -o {0}/out", "did you mean 'edge'?")]
    [InlineData("flow --hw {0}/bad.yaml -o {0}/out", "bad.yaml:")]
    [InlineData("flow stories260k -o {0}/file", "expected a folder, found a file")]
    [InlineData("flow stories260k -o {0}/file/out", "a place that")]
    [InlineData("flow stories260k -o /proc/accel", "a place that")]
    [InlineData("flow stories260k -o {0}/other", "a folder of something else")]
    [InlineData("flow stories260k --context 5000 -o {0}/out", "--context: expected at most 512 positions, as the model has, found 5000")]
    [InlineData("flow llama-3.1-405b -o {0}/out", "expected")]
    [InlineData("flow --check-tokens 0", "--check-tokens: expected a whole number from 1 up, found 0")]
    public void Bad_input_is_one_clear_line_and_nothing_is_written(string command, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("file", "");
        folder.Write("bad.yaml", "name: bad\nclocks: {core: 1 furlong}\n");
        Directory.CreateDirectory(folder.Path("other"));
        folder.Write("other/thesis.txt", "years of work");
        var before = folder.Names.ToArray();
        var result = Accel(string.Format(System.Globalization.CultureInfo.InvariantCulture, command, folder.Path("")).Split(' '));
        Assert.Equal(2, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, folder.Names);
        Assert.Equal("years of work", File.ReadAllText(folder.Path("other/thesis.txt")));
    }

    [Fact]
    public void A_killed_flow_leaves_what_stood_there()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path("out"));
        folder.Write("out/result.json", "of an earlier run");
        using var process = AccelProcess.Start(null, "flow", "--check-tokens", "4", "-o", folder.Path("out"));
        Assert.Contains("import", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Assert.Equal(["out"], folder.Names);
        Assert.Equal("of an earlier run", File.ReadAllText(folder.Path("out/result.json")));
        Assert.Single(Contents(folder));
    }

    private static string[] Arguments(TemporaryFolder folder) =>
        ["flow", folder.Path("tiny.bin"), "-o", folder.Path("out"), "--check-tokens", "6", "--prompt-tokens", "5", "--chip-tokens", "4"];

    private static (int Exit, string Output, string Error) Flow(TemporaryFolder folder)
    {
        File.WriteAllBytes(folder.Path("tiny.bin"), TinyCheckpoint.Bytes());
        return Accel(Arguments(folder));
    }

    private static RunResult Read(TemporaryFolder folder) => ResultFile.Read("result.json", File.ReadAllBytes(folder.Path("out/result.json")));

    private static SortedDictionary<string, string> Contents(TemporaryFolder folder)
    {
        var root = folder.Path("out");
        return new(
            Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText), StringComparer.Ordinal);
    }

    private static (int Exit, string Output, string Error) Accel(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exit = CommandLine.Run(args, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
