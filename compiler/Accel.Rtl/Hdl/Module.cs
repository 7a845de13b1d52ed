using System.Numerics;

namespace Accel.Rtl.Hdl;

/// <summary>
/// A hardware module: ports, wires, registers, memories and instances of other modules. Made once, printed by <see cref="VerilogPrinter"/>.
/// All registers share the ports <c>clk</c> and <c>rst_n</c> (synchronous, low), which appear when needed.
/// </summary>
public sealed class Module
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal) { "clk", "rst_n" };
    private readonly List<Signal> _signals = [];
    private readonly List<Statement> _statements = [];
    private readonly List<Register> _registers = [];
    private readonly List<Instance> _instances = [];
    private readonly HashSet<Signal> _driven = [];
    private readonly List<Signal> _forward = [];
    private readonly List<StateMachine> _machines = [];
    private Func<Module>? _makeStructure;
    private Module? _structure;

    /// <param name="name">A Verilog identifier.</param>
    /// <param name="summary">What it computes, and in which format; printed above it.</param>
    public Module(string name, string summary)
    {
        Name = Identifier.Checked(name);
        _names.Add(name);
        Summary = summary;
    }

    public string Name { get; }

    public string Summary { get; }

    /// <summary>Whether synthesis is to take it as part of what holds it, not by itself: small modules that are there to keep the text short.</summary>
    public bool IsInline { get; init; }

    /// <summary>Whether the module has the port <c>clk</c>.</summary>
    public bool HasClock => _registers.Count > 0 || _statements.Any(s => s is MemoryStatement) || _instances.Any(i => i.Module.HasClock);

    /// <summary>Whether the module has the port <c>rst_n</c>.</summary>
    public bool HasReset => _registers.Any(r => r.ResetValue is not null) || _instances.Any(i => i.Module.HasReset);

    /// <summary>
    /// Gives the module a second text for synthesis: another module of the same name and ports that does the same, cycle for cycle. It is
    /// made when it is first asked for.
    /// </summary>
    public void SynthesiseAs(Func<Module> structure) => _makeStructure = structure;

    /// <summary>The module as a tool of that kind gets it.</summary>
    public Module In(DesignView view)
    {
        if (view == DesignView.Simulation || _makeStructure is null)
        {
            return this;
        }

        if (_structure is null)
        {
            var made = _makeStructure();
            if (made.Name != Name || made.HasClock != HasClock || made.HasReset != HasReset || !Ports(made).SequenceEqual(Ports(this)))
            {
                throw new InvalidOperationException($"the structure of '{Name}' has another name or other ports");
            }

            _structure = made;
        }

        return _structure;
    }

    internal IReadOnlyList<Signal> Signals => _signals;

    internal IReadOnlyList<Statement> Statements => _statements;

    internal IReadOnlyList<Register> Registers => _registers;

    internal IReadOnlyList<Instance> Instances => _instances;

    internal IReadOnlyList<Signal> ForwardWires => _forward;

    internal IReadOnlyList<StateMachine> StateMachines => _machines;

    public Unsigned Input(string name, int width = 1, string? comment = null) => new(new SignalNode(Declare(name, width, false, SignalKind.Input, comment)));

    public Signed InputSigned(string name, int width, string? comment = null) => new(new SignalNode(Declare(name, width, true, SignalKind.Input, comment)));

    public void Output(string name, Unsigned value, string? comment = null) => Assign(Declare(name, value.Width, false, SignalKind.Output, comment), value.Node);

    public void Output(string name, Signed value, string? comment = null) => Assign(Declare(name, value.Width, true, SignalKind.Output, comment), value.Node);

    /// <summary>Gives a value a name.</summary>
    public Unsigned Wire(string name, Unsigned value, string? comment = null)
    {
        var signal = Declare(name, value.Width, false, SignalKind.Wire, comment);
        Assign(signal, value.Node);
        return new(new SignalNode(signal));
    }

    /// <inheritdoc cref="Wire(string, Unsigned, string?)"/>
    public Signed Wire(string name, Signed value, string? comment = null)
    {
        var signal = Declare(name, value.Width, true, SignalKind.Wire, comment);
        Assign(signal, value.Node);
        return new(new SignalNode(signal));
    }

    /// <summary>A wire whose value is given later, by <see cref="Drive"/>: where what feeds it needs it declared.</summary>
    public Unsigned Forward(string name, int width = 1)
    {
        var signal = Declare(name, width, false, SignalKind.Wire, null);
        _forward.Add(signal);
        return new(new SignalNode(signal));
    }

    /// <summary>The value of a wire that was declared by <see cref="Forward"/>.</summary>
    public void Drive(Unsigned wire, Unsigned value)
    {
        if (wire.Node is not SignalNode { Signal: var signal } || !_forward.Contains(signal) || _driven.Contains(signal))
        {
            throw new InvalidOperationException($"{Name}: not a wire that waits for its value");
        }

        WidthException.ThrowIfNot(wire.Width, value.Width, $"{Name}.{signal.Name}");
        Assign(signal, value.Node);
    }

    /// <summary>A register. Without a reset value it holds anything until it is first written.</summary>
    public UnsignedRegister Register(string name, int width = 1, BigInteger? reset = null, string? comment = null)
    {
        var register = new UnsignedRegister(Declare(name, width, false, SignalKind.Register, comment), reset);
        _registers.Add(register);
        return register;
    }

    /// <inheritdoc cref="Register"/>
    public SignedRegister RegisterSigned(string name, int width, BigInteger? reset = null, string? comment = null)
    {
        var register = new SignedRegister(Declare(name, width, true, SignalKind.Register, comment), reset);
        _registers.Add(register);
        return register;
    }

    /// <summary>A value one cycle later, taken when <paramref name="enable"/> is high; no reset.</summary>
    public Unsigned Delay(string name, Unsigned value, Unsigned? enable = null)
    {
        var register = Register(name, value.Width);
        register.Next(enable, value);
        return register.Value;
    }

    /// <inheritdoc cref="Delay(string, Unsigned, Unsigned?)"/>
    public Signed Delay(string name, Signed value, Unsigned? enable = null)
    {
        var register = RegisterSigned(name, value.Width);
        register.Next(enable, value);
        return register.Value;
    }

    /// <summary>A flag one cycle later; 0 after reset.</summary>
    public Unsigned DelayFlag(string name, Unsigned value)
    {
        var register = Register(name, value.Width, reset: 0);
        register.Next(value);
        return register.Value;
    }

    /// <summary>States of a control automaton, the first after reset.</summary>
    public StateMachine StateMachine(string name, params ReadOnlySpan<string> states)
    {
        var machine = new StateMachine(this, name, [.. states]);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>Constants chosen by a selector, as a <c>case</c>: logic, without a write port. Entries not given are 0.</summary>
    /// <param name="entries">The value at each selector, <c>[0, count)</c>; read as two's complement if negative.</param>
    /// <param name="comments">Printed behind the entries; or null.</param>
    public Unsigned Lookup(string name, Unsigned selector, int width, IReadOnlyList<BigInteger> entries, Func<int, string?>? comments = null)
    {
        if (entries.Count > BigInteger.One << selector.Width)
        {
            throw new WidthException($"{Name}.{name}: {entries.Count} entries", "a selector that reaches them", selector.Width);
        }

        foreach (var entry in entries)
        {
            if (entry.Sign >= 0 ? Bits.Of(entry) > width : Bits.OfSigned(entry) > width)
            {
                throw new WidthException($"{Name}.{name}: entry {entry}", "a width that holds it", width);
            }
        }

        var signal = Declare(name, width, false, SignalKind.Wire, null);
        _driven.Add(signal);
        _statements.Add(new LookupStatement(signal, selector.Node, [.. entries.Select(e => Bits.Wrap(e, width, false))], comments));
        return new(new SignalNode(signal));
    }

    /// <summary>An array of words with one write port and synchronous read ports; use it through <see cref="MemoryMacro"/>.</summary>
    /// <returns>The read data of each port, valid one cycle after its enable; a word that is written in that cycle is read as it was.</returns>
    internal IReadOnlyList<Unsigned> Memory(string name, int depth, int width, Unsigned write, Unsigned address, Unsigned data, IReadOnlyList<(Unsigned Enable, Unsigned Address)> reads)
    {
        WidthException.ThrowIfNot(Bits.OfIndex(depth), address.Width, $"{Name}.{name}: write address");
        WidthException.ThrowIfNot(width, data.Width, $"{Name}.{name}: write data");
        var array = Declare(name, width, false, SignalKind.Wire, null);
        _signals.Remove(array);
        var ports = new List<MemoryRead>();
        foreach (var (enable, readAddress) in reads)
        {
            WidthException.ThrowIfNot(Bits.OfIndex(depth), readAddress.Width, $"{Name}.{name}: read address");
            ports.Add(new(enable.Node, readAddress.Node, Declare($"{name}_read{(reads.Count > 1 ? $"_{ports.Count}" : "")}", width, false, SignalKind.Register, null)));
        }

        _statements.Add(new MemoryStatement(name, depth, width, write.Node, address.Node, data.Node, ports));
        return [.. ports.Select(port => new Unsigned(new SignalNode(port.Data)))];
    }

    /// <summary>Another module in this one; its inputs must all be connected before printing.</summary>
    public Instance Instance(Module module, string name)
    {
        AddName(name);
        var instance = new Instance(this, module, name);
        _instances.Add(instance);
        _statements.Add(new InstanceStatement(instance));
        return instance;
    }

    /// <summary>A line of prose between the statements.</summary>
    public void Comment(string text) => _statements.Add(new CommentStatement(text));

    internal Signal Declare(string name, int width, bool isSigned, SignalKind kind, string? comment)
    {
        WidthException.ThrowIfNotPositive(width, $"{Name}.{name}");
        AddName(name);
        var signal = new Signal(name, width, isSigned, kind, comment);
        _signals.Add(signal);
        return signal;
    }

    internal void AddName(string name)
    {
        if (!_names.Add(Identifier.Checked(name)))
        {
            throw new ArgumentException($"{Name}: '{name}' is declared twice");
        }
    }

    internal bool HasName(string name) => _names.Contains(name);

    internal Signal? Port(string name) =>
        _signals.FirstOrDefault(signal => signal.Name == name && signal.Kind is (SignalKind.Input or SignalKind.Output));

    /// <summary>Throws if a wire has no driver or an instance an open input.</summary>
    internal void Verify()
    {
        var driven = new HashSet<Signal>(_driven);
        foreach (var instance in _instances)
        {
            driven.UnionWith(instance.Outputs.Values);
        }

        foreach (var signal in _signals)
        {
            if (signal.Kind == SignalKind.Wire && !driven.Contains(signal))
            {
                throw new InvalidOperationException($"{Name}: '{signal.Name}' has no driver");
            }
        }

        foreach (var instance in _instances)
        {
            instance.Verify();
        }
    }

    private static IEnumerable<(string, int, bool, SignalKind)> Ports(Module module) =>
        module.Signals.Where(s => s.Kind is SignalKind.Input or SignalKind.Output).Select(s => (s.Name, s.Width, s.IsSigned, s.Kind)).Order();

    private void Assign(Signal signal, Node value)
    {
        _driven.Add(signal);
        _statements.Add(new AssignStatement(signal, value));
    }
}
