namespace Accel.Core.Diagnostics;

/// <summary>One fault in the user's input: where it stands, what was expected there, what was found.</summary>
/// <param name="File">The file as the user named it, or the option that carried the value.</param>
/// <param name="Place">Line and column, byte offset, tensor name or key; empty if the whole file is meant.</param>
/// <param name="Expected">What would have been accepted, as a noun phrase.</param>
/// <param name="Found">What stood there instead.</param>
public sealed record Diagnostic(string File, string Place, string Expected, string Found)
{
    private const int LongestQuote = 160;

    /// <summary>The fault on one line: <c>file:place: expected X, found Y</c>; control characters are escaped.</summary>
    public override string ToString() =>
        Place.Length == 0
            ? $"{OneLine(File)}: expected {OneLine(Expected)}, found {OneLine(Found)}"
            : $"{OneLine(File)}: {OneLine(Place)}: expected {OneLine(Expected)}, found {OneLine(Found)}";

    /// <summary>Text that stems from a file, made fit for one line of a terminal: no control characters, bounded length.</summary>
    private static string OneLine(string text)
    {
        var cut = text.Length > LongestQuote * 4 ? string.Concat(text.AsSpan(0, LongestQuote * 4), "…") : text;
        return string.Concat(cut.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
    }
}

/// <summary>The user's input is at fault. The command line prints one line per fault and exits with code 2.</summary>
public sealed class InputException : Exception
{
    /// <summary>All faults found, in the order of the input; at least one.</summary>
    public IReadOnlyList<Diagnostic> Faults { get; }

    /// <summary>One fault.</summary>
    public InputException(string file, string place, string expected, string found)
        : this([new Diagnostic(file, place, expected, found)])
    {
    }

    /// <summary>Several faults at once, so that one run shows all there is to mend.</summary>
    public InputException(IReadOnlyList<Diagnostic> faults)
        : base(string.Join('\n', faults))
    {
        ArgumentOutOfRangeException.ThrowIfZero(faults.Count);
        Faults = faults;
    }
}
