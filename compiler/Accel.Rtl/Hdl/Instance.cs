namespace Accel.Rtl.Hdl;

/// <summary>A module inside another. Clock and reset connect themselves.</summary>
public sealed class Instance
{
    private readonly Module _parent;
    private readonly Dictionary<string, Node> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Signal> _outputs = new(StringComparer.Ordinal);

    internal Instance(Module parent, Module module, string name)
    {
        _parent = parent;
        Module = module;
        Name = name;
    }

    public Module Module { get; }

    public string Name { get; }

    internal IReadOnlyDictionary<string, Node> Inputs => _inputs;

    internal IReadOnlyDictionary<string, Signal> Outputs => _outputs;

    public Instance Connect(string port, Unsigned value) => Connect(port, value.Node);

    public Instance Connect(string port, Signed value) => Connect(port, value.Node);

    /// <summary>What an output of the instance gives.</summary>
    public Unsigned this[string port] => new(Output(port, false));

    /// <inheritdoc cref="this"/>
    public Signed Signed(string port) => new(Output(port, true));

    internal void Verify()
    {
        foreach (var port in Module.Signals)
        {
            if (port.Kind == SignalKind.Input && !_inputs.ContainsKey(port.Name))
            {
                throw new InvalidOperationException($"{_parent.Name}.{Name}: input '{port.Name}' of {Module.Name} is open");
            }
        }
    }

    private Instance Connect(string port, Node value)
    {
        var signal = Find(port, SignalKind.Input, value.IsSigned);
        WidthException.ThrowIfNot(signal.Width, value.Width, $"{_parent.Name}.{Name}.{port}");
        if (!_inputs.TryAdd(port, value))
        {
            throw new ArgumentException($"{_parent.Name}.{Name}: '{port}' is connected twice");
        }

        return this;
    }

    private SignalNode Output(string port, bool isSigned)
    {
        var signal = Find(port, SignalKind.Output, isSigned);
        if (!_outputs.TryGetValue(port, out var wire))
        {
            wire = _parent.Declare($"{Name}_{port}", signal.Width, isSigned, SignalKind.Wire, null);
            _outputs.Add(port, wire);
        }

        return new(wire);
    }

    private Signal Find(string port, SignalKind kind, bool isSigned) =>
        Module.Port(port) is { } signal && signal.Kind == kind && signal.IsSigned == isSigned
            ? signal
            : throw new ArgumentException($"{Module.Name} has no {(isSigned ? "signed" : "unsigned")} {kind} '{port}'");
}
