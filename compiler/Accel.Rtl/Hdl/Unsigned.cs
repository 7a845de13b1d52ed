using System.Numerics;

namespace Accel.Rtl.Hdl;

/// <summary>
/// An unsigned integer of a stated width. Sums and products are exact: their width grows. Only <see cref="Truncate"/> loses bits.
/// There is no way to mix it with <see cref="Signed"/> but by naming the conversion.
/// </summary>
public readonly record struct Unsigned
{
    internal Unsigned(Node node) => Node = node;

    public int Width => Node.Width;

    internal Node Node { get; }

    public static Unsigned True => Constant(1, 1);

    public static Unsigned False => Constant(1, 0);

    /// <summary>Bit <paramref name="index"/>, from the lowest.</summary>
    public Unsigned this[int index] => Slice(index, index);

    /// <exception cref="WidthException">The value needs more bits.</exception>
    public static Unsigned Constant(int width, BigInteger value)
    {
        WidthException.ThrowIfNotPositive(width, "constant");
        return value.Sign >= 0 && value >> width == 0 ? new(new ConstantNode(value, width, false)) : throw new WidthException($"constant {value}", "a width that holds it", width);
    }

    /// <summary>A constant in as few bits as hold it.</summary>
    public static Unsigned Constant(BigInteger value) => Constant(Bits.Of(value), value);

    public static Unsigned operator +(Unsigned a, Unsigned b) => new(new RingNode(RingOperator.Add, a.Node, b.Node));

    public static Unsigned operator *(Unsigned a, Unsigned b) => new(new RingNode(RingOperator.Multiply, a.Node, b.Node));

    /// <summary>The exact, signed difference.</summary>
    public static Signed operator -(Unsigned a, Unsigned b) => (a.ToSigned() - b.ToSigned()).Truncate(Math.Max(a.Width, b.Width) + 1);

    public static Unsigned operator &(Unsigned a, Unsigned b) => Bitwise(BitwiseOperator.And, a, b);

    public static Unsigned operator |(Unsigned a, Unsigned b) => Bitwise(BitwiseOperator.Or, a, b);

    public static Unsigned operator ^(Unsigned a, Unsigned b) => Bitwise(BitwiseOperator.Xor, a, b);

    public static Unsigned operator ~(Unsigned a) => new(new NotNode(a.Node));

    public static Unsigned operator <(Unsigned a, Unsigned b) => new(new CompareNode(Comparison.Less, a.Node, b.Node));

    public static Unsigned operator >(Unsigned a, Unsigned b) => b < a;

    public static Unsigned operator <=(Unsigned a, Unsigned b) => new(new CompareNode(Comparison.LessOrEqual, a.Node, b.Node));

    public static Unsigned operator >=(Unsigned a, Unsigned b) => b <= a;

    /// <summary>Whether the values are equal, whatever their widths.</summary>
    public Unsigned Is(Unsigned other) => new(new CompareNode(Comparison.Equal, Node, other.Node));

    public Unsigned Is(BigInteger value) => Is(Constant(Math.Max(Width, Bits.Of(value)), value));

    public Unsigned IsNot(Unsigned other) => new(new CompareNode(Comparison.NotEqual, Node, other.Node));

    public Unsigned IsNot(BigInteger value) => IsNot(Constant(Math.Max(Width, Bits.Of(value)), value));

    /// <summary>Whether any bit is set.</summary>
    public Unsigned Any() => Width == 1 ? this : new(new ReduceNode(Node, Every: false));

    public Unsigned Every() => Width == 1 ? this : new(new ReduceNode(Node, Every: true));

    /// <summary>The next value of a counter; the width stays and the greatest is followed by 0.</summary>
    public Unsigned Increment() => (this + Constant(1, 1)).Truncate(Width);

    /// <summary>The value before; 0 is preceded by the greatest.</summary>
    public Unsigned Decrement() => (this + Constant(Width, (BigInteger.One << Width) - 1)).Truncate(Width);

    /// <summary>Difference modulo a power of two, at this width.</summary>
    public Unsigned WrappingSubtract(Unsigned other)
    {
        WidthException.ThrowIfNot(Width, other.Width, "wrapping difference");
        return (this - other).AsUnsigned().Truncate(Width);
    }

    public Unsigned Slice(int high, int low)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(low);
        ArgumentOutOfRangeException.ThrowIfLessThan(high, low);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(high, Width);
        return low == 0 && high == Width - 1 ? this : new(new SliceNode(Node, high, low));
    }

    /// <summary>Zeros in front.</summary>
    public Unsigned Extend(int width) => width >= Width ? Resize(width) : throw new WidthException("extension", $"at most {width} bits", Width);

    /// <summary>The low bits.</summary>
    public Unsigned Truncate(int width)
    {
        WidthException.ThrowIfNotPositive(width, "truncation");
        return width <= Width ? Resize(width) : throw new WidthException("truncation", $"at least {width} bits", Width);
    }

    /// <summary>Extension or truncation, whichever it takes.</summary>
    public Unsigned Resize(int width)
    {
        WidthException.ThrowIfNotPositive(width, "resizing");
        return width == Width ? this : new(new ResizeNode(Node, width));
    }

    /// <summary>The same value; one bit more, for the sign.</summary>
    public Signed ToSigned() => Extend(Width + 1).AsSigned();

    /// <summary>The same bits, the highest of them the sign.</summary>
    public Signed AsSigned() => new(Node is ReinterpretNode { Operand: var signed } ? signed : new ReinterpretNode(Node));

    /// <summary>Shifted left into a result of <paramref name="width"/> bits; what lies above them is lost.</summary>
    public Unsigned ShiftLeft(Unsigned places, int width) => new(new ShiftLeftNode(Node, places.Node, width));

    public Unsigned ShiftLeft(int places) => places == 0 ? this : Concat(this, Constant(places, 0));

    public Unsigned ShiftRight(Unsigned places) => new(new ShiftRightNode(Node, places.Node));

    /// <summary>The bits from <paramref name="places"/> on; one zero bit if there are none.</summary>
    public Unsigned ShiftRight(int places) => places >= Width ? Constant(1, 0) : Slice(Width - 1, places);

    /// <summary>Bits side by side, the first highest.</summary>
    public static Unsigned Concat(params ReadOnlySpan<Unsigned> parts)
    {
        var nodes = new Node[parts.Length];
        for (var i = 0; i < nodes.Length; i++)
        {
            nodes[i] = parts[i].Node;
        }

        return nodes.Length == 1 ? parts[0] : new(new ConcatNode(nodes));
    }

    /// <summary>One of two values by this bit; the narrower is extended.</summary>
    public Unsigned Select(Unsigned whenTrue, Unsigned whenFalse) => Node is ConstantNode { Width: 1 } known
        ? (known.Value.IsZero ? whenFalse : whenTrue).Extend(Math.Max(whenTrue.Width, whenFalse.Width))
        : new(new SelectNode(Condition(), whenTrue.Node, whenFalse.Node));

    /// <inheritdoc cref="Select(Unsigned, Unsigned)"/>
    public Signed Select(Signed whenTrue, Signed whenFalse) => Node is ConstantNode { Width: 1 } known
        ? (known.Value.IsZero ? whenFalse : whenTrue).Extend(Math.Max(whenTrue.Width, whenFalse.Width))
        : new(new SelectNode(Condition(), whenTrue.Node, whenFalse.Node));

    private Node Condition()
    {
        WidthException.ThrowIfNot(1, Width, "condition");
        return Node;
    }

    private static Unsigned Bitwise(BitwiseOperator operation, Unsigned a, Unsigned b)
    {
        WidthException.ThrowIfNot(a.Width, b.Width, $"bitwise {operation}");
        return new(new BitwiseNode(operation, a.Node, b.Node));
    }
}
