using Accel.Sim;

namespace Accel.Cli.Verbs;

/// <summary>What a program did that its machine cannot do, shown as lines.</summary>
internal static class MachineFaults
{
    /// <summary>Runs; a fault of the program is printed and ends in exit code 1, since the input was well-formed and the result is not.</summary>
    public static int Shown(Terminal terminal, Action run)
    {
        try
        {
            run();
            return ExitCode.Done;
        }
        catch (MachineFaultException fault)
        {
            terminal.Error.WriteLine(fault.Kind == FaultKind.Deadlock ? $"deadlock: {fault.Message}" : $"the program does what the machine cannot do: {fault.Message}");
            return ExitCode.CheckFailed;
        }
    }
}
