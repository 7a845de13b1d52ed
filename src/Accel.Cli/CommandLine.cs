using System.CommandLine;
using System.CommandLine.Parsing;
using Accel.Cli.Verbs;
using Accel.Core.Diagnostics;

namespace Accel.Cli;

/// <summary>The exit codes of every verb.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int CheckFailed = 1;
    public const int BadInput = 2;
    public const int OurFault = 3;
}

/// <summary>Parses arguments and runs a verb; bad input ends in one line per fault, never in a stack trace.</summary>
public static class CommandLine
{
    /// <summary>The verbs in the order of the help, one line each.</summary>
    private static readonly Func<Terminal, Command>[] _verbs =
    [
        FlowVerb.Create,
        ReportVerb.Create,
        CompareVerb.Create,
        InspectVerb.Create,
        RunVerb.Create,
        PerplexityVerb.Create,
        LogitsVerb.Create,
        CompileVerb.Create,
        DisasmVerb.Create,
        CheckVerb.Create,
        SimVerb.Create,
        WhyVerb.Create,
        DramVerb.Create,
        HardwareVerb.Create,
        ArrayVerb.Create,
        RtlVerb.Create,
        CmvmVerb.Create,
        CompletionVerb.Create,
    ];

    /// <summary>Runs one command line.</summary>
    /// <param name="args">Without the program's name.</param>
    /// <param name="output">Results.</param>
    /// <param name="error">Errors and progress.</param>
    /// <returns>0 done, 1 a check failed, 2 bad input, 3 our fault.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var terminal = new Terminal(output, error);
        var root = new RootCommand("Accel: a hardware accelerator simulator and model-to-silicon compiler for language models.");
        foreach (var verb in _verbs)
        {
            root.Subcommands.Add(verb(terminal));
        }

        var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var fault in parsed.Errors)
            {
                error.WriteLine($"accel: {fault.Message.ReplaceLineEndings(" ")}");
            }

            error.WriteLine($"accel: see `accel {string.Concat(Path(parsed.CommandResult).Select(name => $"{name} "))}--help`");
            return ExitCode.BadInput;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        }
        catch (InputException e)
        {
            error.WriteLine(e.Message);
            return ExitCode.BadInput;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"accel: {e.Message.ReplaceLineEndings(" ")}");
            return ExitCode.BadInput;
        }
        catch (Exception e)
        {
            error.WriteLine($"accel: a fault of ours, please report it: {e}");
            return ExitCode.OurFault;
        }
    }

    /// <summary>Names of a verb and the verb within it.</summary>
    private static IEnumerable<string> Path(SymbolResult? command) => command switch
    {
        CommandResult { Parent: { } parent } verb => Path(parent).Append(verb.Command.Name),
        _ => [],
    };
}
