namespace Accel.Cli.Tests;

/// <summary>Tests of verbs: they run the command line in this process.</summary>
public abstract class VerbTests
{
    protected static (int Exit, string Output, string Error) Accel(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (CommandLine.Run(args, output, error), output.ToString(), error.ToString());
    }
}
