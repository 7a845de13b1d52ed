namespace Accel.Sim;

/// <summary>What a program did that the machine cannot do.</summary>
public enum FaultKind
{
    /// <summary>An address outside of memory or of every segment, or a write to constants.</summary>
    OutOfRange,

    /// <summary>Reads bytes that nobody wrote.</summary>
    NeverWritten,

    /// <summary>Two units touch the same bytes, one of them writes, and nothing orders them.</summary>
    Unordered,

    /// <summary>Nobody can go on.</summary>
    Deadlock,

    /// <summary>Shapes of one command that do not belong together, or a number outside of a function's domain.</summary>
    BadOperand,

    /// <summary>A result that its destination or 64 bits cannot hold.</summary>
    Overflow,

    /// <summary>More steps than allowed.</summary>
    TooLong,
}

/// <summary>A program failed on the machine. The message names the command, where it stands, and the other party if there is one.</summary>
public sealed class MachineFaultException(FaultKind kind, string message) : Exception(message)
{
    public FaultKind Kind { get; } = kind;
}
