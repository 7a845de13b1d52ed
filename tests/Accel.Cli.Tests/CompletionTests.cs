using System.Diagnostics;

namespace Accel.Cli.Tests;

/// <summary>What a shell offers after a few letters: asked of a real bash with the script that it would load.</summary>
public sealed class CompletionTests : VerbTests
{
    [SkippableTheory]
    [InlineData("accel ins", "inspect")]
    [InlineData("accel inspect llama-3.1-4", "llama-3.1-405b")]
    [InlineData("accel compile --hw e", "edge")]
    [InlineData("accel compile --no-fuse-q", "--no-fuse-qkv")]
    [InlineData("accel completion z", "zsh")]
    public void Bash_completes_verbs_models_configs_and_options(string line, string expected)
    {
        Skip.IfNot(File.Exists("/bin/bash"), "needs bash");
        using var folder = new TemporaryFolder();
        var script = folder.Write("accel.bash", Accel("completion", "bash").Output);
        var words = string.Join(' ', line.Split(' ').Select(word => $"'{word}'"));
        var program = Path.Combine(AppContext.BaseDirectory, "accel.dll");
        var ask = $"""
            shopt -s expand_aliases
            accel() {'{'} dotnet '{program}' "$@"; {'}'}
            source '{script}'
            COMP_WORDS=({words}); COMP_CWORD=$((${'{'}#COMP_WORDS[@]{'}'} - 1)); COMP_LINE='{line}'; COMP_POINT={line.Length}
            _accel
            printf '%s\n' "${'{'}COMPREPLY[@]{'}'}"
            """;
        using var bash = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", ask]) { RedirectStandardOutput = true })!;
        var offered = bash.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        bash.WaitForExit();
        Assert.Equal([expected], offered);
    }

    [Fact]
    public void An_unknown_shell_is_refused_with_the_ones_known()
    {
        var result = Accel("completion", "bosh");
        Assert.Equal((2, "bosh: expected one of bash, fish, zsh, found another shell; did you mean 'bash'?\n"), (result.Exit, result.Error));
    }
}
