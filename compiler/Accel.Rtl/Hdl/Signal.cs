namespace Accel.Rtl.Hdl;

internal enum SignalKind
{
    Input,
    Output,
    Wire,
    Register,
}

/// <summary>A named net of a module.</summary>
internal sealed class Signal(string name, int width, bool isSigned, SignalKind kind, string? comment)
{
    public string Name { get; } = name;

    public int Width { get; } = width;

    public bool IsSigned { get; } = isSigned;

    public SignalKind Kind { get; } = kind;

    public string? Comment { get; } = comment;
}
