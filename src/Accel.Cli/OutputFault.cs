namespace Accel.Cli;

/// <summary>Why an output could not be written, in a few words.</summary>
internal static class OutputFault
{
    // An IOException of a Unix system carries the number of its error.
    private const int NoSpace = 28;
    private const int ReadOnly = 30;

    public static string Reason(Exception fault) => fault switch
    {
        UnauthorizedAccessException => "no permission to write there",
        DirectoryNotFoundException => "no such folder",
        PathTooLongException => "a path that is too long",
        ArgumentException => "no path",
        IOException { HResult: NoSpace } => "no space left there",
        IOException { HResult: ReadOnly } => "a read-only file system",
        _ => "a place that the system cannot write",
    };
}
