using System.Globalization;
using System.Numerics;

namespace Accel.Rtl.Hdl;

/// <summary>
/// Expressions as Verilog. Verilog widens and re-signs operands by context; here each operand is printed at the width, and with the
/// signedness, of its context, so that the rules never change a value.
/// </summary>
/// <param name="hoist">Gives a wire for an expression of which single bits are needed, or that stands in several places.</param>
/// <param name="isShared">Whether an expression stands in several places and is long enough for a wire of its own.</param>
internal sealed class ExpressionPrinter(Func<Node, Signal> hoist, Func<Node, bool> isShared)
{
    /// <summary>The expression at its own width.</summary>
    public string Print(Node node) => At(node, node.Width);

    /// <summary>The expression itself, for the wire that it is given.</summary>
    public string PrintDefinition(Node node) => Bare(Form(node, node.Width));

    /// <summary>The expression as the whole right side of an assignment or a condition: no brackets around it.</summary>
    public string PrintBare(Node node) => Bare(Print(node));

    private static string Bare(string text)
    {
        if (text[0] != '(')
        {
            return text;
        }

        var depth = 0;
        for (var i = 0; i < text.Length - 1; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (depth == 0)
            {
                return text;
            }
        }

        return text[1..^1];
    }

    /// <summary>A sized literal; hexadecimal where decimal digits say nothing.</summary>
    public static string Literal(BigInteger value, int width, bool isSigned)
    {
        if (!isSigned)
        {
            return width > 32 ? $"{width}'h{Hex(value)}" : string.Create(CultureInfo.InvariantCulture, $"{width}'d{value}");
        }

        var isLeast = value == -(BigInteger.One << (width - 1));
        return isLeast || width > 64
            ? $"{width}'sh{Hex(Bits.Wrap(value, width, false))}"
            : value.Sign < 0 ? string.Create(CultureInfo.InvariantCulture, $"(-{width}'sd{-value})") : string.Create(CultureInfo.InvariantCulture, $"{width}'sd{value}");
    }

    private static string Hex(BigInteger value)
    {
        var text = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return text.Length == 0 ? "0" : text;
    }

    /// <summary>
    /// The low <paramref name="width"/> bits of the expression's value, extended by its sign as far as need be. The text is self-contained:
    /// in a context of this width and the node's signedness it has that value.
    /// </summary>
    private string At(Node node, int width) => isShared(node) ? Cut(node, width) : Form(node, width);

    private string Form(Node node, int width) => node switch
    {
        ConstantNode { Name: { } name } n when width == n.Width => name,
        ConstantNode n => Literal(Bits.Wrap(n.Value, width, n.IsSigned), width, n.IsSigned),
        RingNode n => $"({At(n.Left, width)} {Symbol(n.Operator)} {At(n.Right, width)})",
        NegateNode n => $"(-{At(n.Operand, width)})",
        SelectNode n => $"({Print(n.Condition)} ? {At(n.WhenTrue, width)} : {At(n.WhenFalse, width)})",
        BitwiseNode n => $"({At(n.Left, width)} {Symbol(n.Operator)} {At(n.Right, width)})",
        ShiftLeftNode n when width <= n.Width => $"({At(n.Operand, width)} << {Print(n.Places)})",
        ShiftRightNode n when width >= n.Width => $"({At(n.Operand, width)} {(n.IsSigned ? ">>>" : ">>")} {Print(n.Places)})",
        ResizeNode n when width <= n.Width || n.Width >= n.Operand.Width => At(n.Operand, width),
        NotNode n when width <= n.Width => $"(~{At(n.Operand, width)})",
        ReinterpretNode { IsSigned: true, Operand: ResizeNode r } when r.Width > r.Operand.Width => $"$signed({At(r.Operand, width)})",
        ReinterpretNode n when width <= n.Width && Addressable(n) is null => $"{(n.IsSigned ? "$signed" : "$unsigned")}({At(n.Operand, width)})",
        _ when width == node.Width => Own(node),
        _ when width > node.Width && !node.IsSigned => $"{{{Literal(0, width - node.Width, false)}, {Form(node, node.Width)}}}",
        _ => Cut(node, width),
    };

    /// <summary>Forms that stand for themselves, at their own width.</summary>
    private string Own(Node node) => node switch
    {
        CompareNode n => Compare(n),
        ReduceNode n => $"({(n.Every ? "&" : "|")}{Print(n.Operand)})",
        ConcatNode n => $"{{{string.Join(", ", n.Parts.Select(Print))}}}",
        _ => Cut(node, node.Width),
    };

    private string Compare(CompareNode node)
    {
        var width = Math.Max(node.Left.Width, node.Right.Width);
        var symbol = node.Operator switch { Comparison.Equal => "==", Comparison.NotEqual => "!=", Comparison.Less => "<", _ => "<=" };
        return $"({At(node.Left, width)} {symbol} {At(node.Right, width)})";
    }

    /// <summary>Bits of a signal, extended by copies of the highest where the node is signed and wider ones are asked for.</summary>
    private string Cut(Node node, int width)
    {
        var (signal, low) = Base(node);
        if (width <= node.Width)
        {
            var range = Range(signal, low + width - 1, low);
            var whole = low == 0 && width == signal.Width;
            return whole && signal.IsSigned == node.IsSigned ? range
                : node.IsSigned ? $"$signed({range})"
                : whole ? $"$unsigned({range})" : range;
        }

        var sign = Range(signal, low + node.Width - 1, low + node.Width - 1);
        var bits = Range(signal, low + node.Width - 1, low);
        return node.IsSigned
            ? $"$signed({{{(width - node.Width == 1 ? sign : $"{{{width - node.Width}{{{sign}}}}}")}, {bits}}})"
            : $"{{{Literal(0, width - node.Width, false)}, {bits}}}";
    }

    private static string Range(Signal signal, int high, int low) =>
        low == 0 && high == signal.Width - 1 ? signal.Name : high == low ? $"{signal.Name}[{low}]" : $"{signal.Name}[{high}:{low}]";

    /// <summary>The same, with a wire for what is no signal.</summary>
    private (Signal Signal, int Low) Base(Node node)
    {
        switch (node)
        {
            case SignalNode n:
                return (n.Signal, 0);
            case var _ when isShared(node):
                return (hoist(node), 0);
            case SliceNode n:
                var (signal, low) = Base(n.Operand);
                return (signal, low + n.Low);
            case ReinterpretNode n:
                return Base(n.Operand);
            case ResizeNode n when n.Width <= n.Operand.Width:
                return Base(n.Operand);
            default:
                return (hoist(node), 0);
        }
    }

    /// <summary>The signal of which the node is a run of bits, and the lowest of them; or null.</summary>
    private static (Signal Signal, int Low)? Addressable(Node node) => node switch
    {
        SignalNode n => (n.Signal, 0),
        SliceNode n when Addressable(n.Operand) is { } inner => (inner.Signal, inner.Low + n.Low),
        ReinterpretNode n => Addressable(n.Operand),
        ResizeNode n when n.Width <= n.Operand.Width => Addressable(n.Operand),
        _ => null,
    };

    private static string Symbol(RingOperator operation) => operation switch { RingOperator.Add => "+", RingOperator.Subtract => "-", _ => "*" };

    private static string Symbol(BitwiseOperator operation) => operation switch { BitwiseOperator.And => "&", BitwiseOperator.Or => "|", _ => "^" };
}
