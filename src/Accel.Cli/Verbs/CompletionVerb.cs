using System.CommandLine;
using Accel.Core.Diagnostics;

namespace Accel.Cli.Verbs;

/// <summary><c>accel completion</c>: a script that makes a shell complete verbs, options and bundled names.</summary>
/// <remarks>The scripts ask the program itself (its <c>[suggest]</c> directive), so they never fall behind it.</remarks>
internal static class CompletionVerb
{
    private static readonly SortedDictionary<string, string> _scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _accel() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _accel accel ./accel
            """,
        ["fish"] = """
            complete -c accel -a '(accel "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp))'
            """,
        ["zsh"] = """
            _accel() {
                local -a found
                found=(${(f)"$("${words[1]}" "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)"})
                (( ${#found} )) && compadd -a found
                _files
            }
            compdef _accel accel
            """,
    };

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { HelpName = "SHELL", Description = string.Join(", ", _scripts.Keys) };
        shell.CompletionSources.Add([.. _scripts.Keys]);
        var command = new Command("completion", "print a completion script for a shell, for example: source <(accel completion bash)") { shell };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(shell)!;
            if (!_scripts.TryGetValue(name, out var script))
            {
                throw new InputException(name, "", "one of " + string.Join(", ", _scripts.Keys), "another shell" + Suggestion.Phrase(name, _scripts.Keys.ToList()));
            }

            terminal.Output.WriteLine(script);
            return ExitCode.Done;
        });
        return command;
    }
}
