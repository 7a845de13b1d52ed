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
            if (fault.Kind != FaultKind.Deadlock)
            {
                terminal.Error.WriteLine($"the program does what the machine cannot do: {fault.Message}");
                return ExitCode.CheckFailed;
            }

            // Who waits for whom, one to a line.
            var parts = fault.Message.Split("; ");
            terminal.Error.WriteLine($"deadlock: {parts[0]}");
            foreach (var wait in parts[1..])
            {
                terminal.Error.WriteLine($"  {wait}");
            }

            return ExitCode.CheckFailed;
        }
    }
}
