namespace Accel.Graph;

/// <summary>A graph that breaks the rules of the representation: a fault of whoever built it, named by op and field.</summary>
public sealed class IrException(string subject, string field, string expected, string found)
    : Exception($"{subject}: {field}: expected {expected}, found {found}")
{
    /// <summary>The op, node or graph at fault.</summary>
    public string Subject { get; } = subject;

    public string Field { get; } = field;

    public string Expected { get; } = expected;

    public string Found { get; } = found;
}
