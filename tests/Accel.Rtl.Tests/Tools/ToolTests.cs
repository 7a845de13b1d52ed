using Accel.Core.Diagnostics;
using Accel.Rtl.Tools;

namespace Accel.Rtl.Tests.Tools;

public sealed class ToolTests
{
    private static readonly ExternalTool _shell = new("shell", "sh", "dash", "-c");

    [Fact]
    public void A_missing_tool_names_the_command_that_installs_it()
    {
        var fault = Assert.Throws<InputException>(() => ExternalTool.Verilator.Require("/no/such/folder"));
        Assert.Contains("apt-get install verilator", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [SkippableFact]
    public void Output_and_exit_code_of_a_tool_are_kept()
    {
        RequireShell();
        var result = Run("echo out; echo err >&2; exit 3");
        Assert.Equal(3, result.ExitCode);
        Assert.Equal(["err", "out"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        var fault = Assert.Throws<ToolFailedException>(() => ToolProcess.Check(_shell, ["-c", "echo 'Error: no wire'; exit 3"], Folder, Patience));
        Assert.Contains("exit code 3", fault.Message, StringComparison.Ordinal);
        Assert.Contains("no wire", fault.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_tool_that_does_not_end_is_ended_with_all_it_started()
    {
        RequireShell();
        var file = Path.Combine(Folder, Path.GetRandomFileName());
        // On a busy machine a shell may not come to its first line in the first time that it is given.
        for (var seconds = 2; !File.Exists(file); seconds *= 4)
        {
            Assert.True(seconds < 1000, "the shell never came to its first line");
            var fault = Assert.Throws<ToolFailedException>(
                () => ToolProcess.Run(_shell, ["-c", $"sleep 2000 & echo $! > '{file}.part'; mv '{file}.part' '{file}'; sleep 2000"], Folder, TimeSpan.FromSeconds(seconds)));
            Assert.Contains("not done within", fault.Message, StringComparison.Ordinal);
        }

        var child = $"/proc/{File.ReadAllText(file).Trim()}";
        File.Delete(file);
        Skip.IfNot(Directory.Exists("/proc"), "needs /proc");
        Assert.True(SpinWait.SpinUntil(() => IsGone(child), Patience));
    }

    [SkippableFact]
    public void A_tool_that_waits_for_input_gets_none()
    {
        RequireShell();
        Assert.Equal("end\n", Run("cat; echo end").Output);
    }

    /// <summary>No such process, or one that only waits to be forgotten.</summary>
    private static bool IsGone(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/stat").Contains(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Long, for machines that are busy.</summary>
    private static TimeSpan Patience => TimeSpan.FromMinutes(1);

    private static string Folder => Path.GetTempPath();

    private static ToolResult Run(string script) => ToolProcess.Run(_shell, ["-c", script], Folder, Patience);

    private static void RequireShell() => Skip.IfNot(_shell.IsInstalled, "needs a POSIX shell");
}
