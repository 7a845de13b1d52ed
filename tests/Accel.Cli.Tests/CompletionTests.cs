using System.Diagnostics;

namespace Accel.Cli.Tests;

/// <summary>What a shell offers after a few letters: asked of a real bash with the script that it would load.</summary>
public sealed class CompletionTests : VerbTests
{
    [SkippableTheory]
    [MemberData(nameof(Lines))]
    public void Bash_completes_verbs_models_configs_and_options(string line, string expected)
    {
        var words = string.Join(' ', line.Split(' ').Select(word => $"'{word}'"));
        Assert.Equal([expected], Offered("bash", line, $$"""
            COMP_WORDS=({{words}}); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE='{{line}}'; COMP_POINT={{line.Length}}
            _accel
            printf '%s\n' "${COMPREPLY[@]}"
            """));
    }

    /// <remarks>The completion system needs a terminal, so its own functions stand in: what is handed to <c>compadd</c> is what it offers.</remarks>
    [SkippableTheory]
    [MemberData(nameof(Lines))]
    public void Zsh_completes_verbs_models_configs_and_options(string line, string expected)
    {
        Assert.Equal([expected], Offered("zsh", line, $$"""
            words=({{line}}); BUFFER='{{line}}'
            compadd() { print -rl -- ${(P)2}; }
            _files() { }
            _accel
            """, "compdef() { }"));
    }

    [SkippableTheory]
    [MemberData(nameof(Lines))]
    public void Fish_completes_verbs_models_configs_and_options(string line, string expected)
    {
        Assert.Equal([expected], Offered("fish", line, $"complete --do-complete '{line}'"));
    }

    public static TheoryData<string, string> Lines => new()
    {
        { "accel ins", "inspect" },
        { "accel inspect llama-3.1-4", "llama-3.1-405b" },
        { "accel compile --hw e", "edge" },
        { "accel compile --no-fuse-q", "--no-fuse-qkv" },
        { "accel completion z", "zsh" },
    };

    [Fact]
    public void An_unknown_shell_is_refused_with_the_ones_known()
    {
        var result = Accel("completion", "bosh");
        Assert.Equal((2, "bosh: expected one of bash, fish, zsh, found another shell; did you mean 'bash'?\n"), (result.Exit, result.Error));
    }

    /// <summary>What a real shell prints for a line, once it has loaded the script that a user would load.</summary>
    private string[] Offered(string shell, string line, string ask, string before = "")
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, shell)).FirstOrDefault(File.Exists);
        Skip.If(path is null, $"needs {shell}");
        using var folder = new TemporaryFolder();
        var script = folder.Write("accel." + shell, Accel("completion", shell).Output);
        var start = new ProcessStartInfo(path!, ["-c", $"{before}\nsource '{script}'\n{ask}\n"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = AppContext.BaseDirectory + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = Path.GetDirectoryName(script);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var offered = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.True(error.Result.Length == 0, $"{shell}, asked to complete '{line}': {error.Result}");
        return offered;
    }
}
