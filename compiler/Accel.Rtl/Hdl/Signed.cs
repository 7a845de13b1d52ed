using System.Numerics;

namespace Accel.Rtl.Hdl;

/// <summary>A two's complement integer of a stated width. Sums, differences and products are exact: their width grows.</summary>
public readonly record struct Signed
{
    internal Signed(Node node) => Node = node;

    public int Width => Node.Width;

    internal Node Node { get; }

    /// <exception cref="WidthException">The value needs more bits.</exception>
    public static Signed Constant(int width, BigInteger value)
    {
        WidthException.ThrowIfNotPositive(width, "constant");
        return Bits.OfSigned(value) <= width ? new(new ConstantNode(value, width, true)) : throw new WidthException($"constant {value}", "a width that holds it", width);
    }

    /// <summary>A constant in as few bits as hold it.</summary>
    public static Signed Constant(BigInteger value) => Constant(Bits.OfSigned(value), value);

    public static Signed operator +(Signed a, Signed b) => new(new RingNode(RingOperator.Add, a.Node, b.Node));

    public static Signed operator -(Signed a, Signed b) => new(new RingNode(RingOperator.Subtract, a.Node, b.Node));

    public static Signed operator *(Signed a, Signed b) => new(new RingNode(RingOperator.Multiply, a.Node, b.Node));

    public static Signed operator -(Signed a) => a.Node is ConstantNode known ? Constant(a.Width + 1, -known.Value) : new(new NegateNode(a.Node));

    public static Unsigned operator <(Signed a, Signed b) => new(new CompareNode(Comparison.Less, a.Node, b.Node));

    public static Unsigned operator >(Signed a, Signed b) => b < a;

    public static Unsigned operator <=(Signed a, Signed b) => new(new CompareNode(Comparison.LessOrEqual, a.Node, b.Node));

    public static Unsigned operator >=(Signed a, Signed b) => b <= a;

    public Unsigned Is(Signed other) => new(new CompareNode(Comparison.Equal, Node, other.Node));

    public Unsigned IsNot(Signed other) => new(new CompareNode(Comparison.NotEqual, Node, other.Node));

    /// <summary>The sign bit.</summary>
    public Unsigned IsNegative() => AsUnsigned()[Width - 1];

    /// <summary>Copies of the sign in front.</summary>
    public Signed Extend(int width) => width >= Width ? Resize(width) : throw new WidthException("extension", $"at most {width} bits", Width);

    /// <summary>The low bits, the highest of them the new sign.</summary>
    public Signed Truncate(int width)
    {
        WidthException.ThrowIfNotPositive(width, "truncation");
        return width <= Width ? Resize(width) : throw new WidthException("truncation", $"at least {width} bits", Width);
    }

    /// <summary>Extension or truncation, whichever it takes.</summary>
    public Signed Resize(int width)
    {
        WidthException.ThrowIfNotPositive(width, "resizing");
        return width == Width ? this : new(new ResizeNode(Node, width));
    }

    /// <summary>The same bits.</summary>
    public Unsigned AsUnsigned() => new(Node is ReinterpretNode { Operand: var unsigned } ? unsigned : new ReinterpretNode(Node));

    /// <summary>Shifted left into a result of <paramref name="width"/> bits; what lies above them is lost.</summary>
    public Signed ShiftLeft(Unsigned places, int width) => new(new ShiftLeftNode(Node, places.Node, width));

    /// <summary>Times a power of two, exactly.</summary>
    public Signed ShiftLeft(int places) => places == 0 ? this : new(new ShiftLeftNode(Node, Unsigned.Constant(places).Node, Width + places));

    /// <summary>Arithmetic: the floor of the quotient; the width stays.</summary>
    public Signed ShiftRight(Unsigned places) => new(new ShiftRightNode(Node, places.Node));

    /// <inheritdoc cref="ShiftRight(Unsigned)"/>
    public Signed ShiftRight(int places) => places == 0 ? this : new(new ShiftRightNode(Node, Unsigned.Constant(places).Node));

    /// <summary>The greater of two.</summary>
    public static Signed Max(Signed a, Signed b) => (a < b).Select(b, a);
}
