using System.Numerics;

namespace Accel.Rtl.Hdl;

/// <summary>
/// A register and the values that it takes: at a rising edge the first of its conditions that holds decides; if none holds it keeps
/// its value.
/// </summary>
public abstract class Register
{
    private readonly List<(Node? Condition, Node Value)> _writes = [];

    private protected Register(Signal signal, BigInteger? resetValue)
    {
        Signal = signal;
        ResetValue = resetValue is { } value ? new ConstantNode(value, signal.Width, signal.IsSigned) : null;
        if (resetValue is { } reset && Bits.Wrap(reset, signal.Width, signal.IsSigned) != reset)
        {
            throw new WidthException($"reset value {reset} of {signal.Name}", "a width that holds it", signal.Width);
        }
    }

    internal Signal Signal { get; }

    internal Node? ResetValue { get; }

    internal IReadOnlyList<(Node? Condition, Node Value)> Writes => _writes;

    private protected void Add(Unsigned? condition, Node value)
    {
        if (_writes.Count > 0 && _writes[^1].Condition is null)
        {
            throw new InvalidOperationException($"'{Signal.Name}': a value behind one that is always taken");
        }

        if (condition is { } bit)
        {
            WidthException.ThrowIfNot(1, bit.Width, $"condition of '{Signal.Name}'");
        }

        WidthException.ThrowIfNot(Signal.Width, value.Width, $"value of '{Signal.Name}'");
        _writes.Add((condition?.Node, value));
    }
}

/// <inheritdoc cref="Register"/>
public sealed class UnsignedRegister : Register
{
    internal UnsignedRegister(Signal signal, BigInteger? resetValue)
        : base(signal, resetValue)
    {
    }

    public Unsigned Value => new(new SignalNode(Signal));

    public static implicit operator Unsigned(UnsignedRegister register) => register.Value;

    /// <summary>Takes a value at each edge at which no earlier condition holds and this one does; always without one.</summary>
    public UnsignedRegister Next(Unsigned? condition, Unsigned value)
    {
        Add(condition, value.Node);
        return this;
    }

    public UnsignedRegister Next(Unsigned value) => Next(null, value);

    public UnsignedRegister Next(Unsigned condition, BigInteger value) => Next(condition, Unsigned.Constant(Signal.Width, value));
}

/// <inheritdoc cref="Register"/>
public sealed class SignedRegister : Register
{
    internal SignedRegister(Signal signal, BigInteger? resetValue)
        : base(signal, resetValue)
    {
    }

    public Signed Value => new(new SignalNode(Signal));

    public static implicit operator Signed(SignedRegister register) => register.Value;

    /// <inheritdoc cref="UnsignedRegister.Next(Unsigned?, Unsigned)"/>
    public SignedRegister Next(Unsigned? condition, Signed value)
    {
        Add(condition, value.Node);
        return this;
    }

    public SignedRegister Next(Signed value) => Next(null, value);

    public SignedRegister Next(Unsigned condition, BigInteger value) => Next(condition, Signed.Constant(Signal.Width, value));
}
