using System.Numerics;

namespace Accel.Rtl.Hdl;

internal enum RingOperator
{
    Add,
    Subtract,
    Multiply,
}

internal enum BitwiseOperator
{
    And,
    Or,
    Xor,
}

internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
}

/// <summary>
/// An expression's node: an integer of known width and signedness. Ring operations are exact, their width holds every result; what is
/// narrower was cut on purpose by a <see cref="ResizeNode"/>.
/// </summary>
internal abstract record Node(int Width, bool IsSigned)
{
    /// <summary>The expressions that this one is made of.</summary>
    public virtual IReadOnlyList<Node> Operands => [];
}

internal sealed record SignalNode(Signal Signal) : Node(Signal.Width, Signal.IsSigned);

/// <param name="Name">Of the local parameter that it is printed as; null for a plain literal.</param>
internal sealed record ConstantNode(BigInteger Value, int Bits, bool Signedness, string? Name = null) : Node(Bits, Signedness);

internal sealed record RingNode(RingOperator Operator, Node Left, Node Right)
    : Node(Operator == RingOperator.Multiply ? Left.Width + Right.Width : Math.Max(Left.Width, Right.Width) + 1, Left.IsSigned)
{
    public override IReadOnlyList<Node> Operands => [Left, Right];
}

internal sealed record NegateNode(Node Operand) : Node(Operand.Width + 1, true)
{
    public override IReadOnlyList<Node> Operands => [Operand];
}

internal sealed record SelectNode(Node Condition, Node WhenTrue, Node WhenFalse)
    : Node(Math.Max(WhenTrue.Width, WhenFalse.Width), WhenTrue.IsSigned)
{
    public override IReadOnlyList<Node> Operands => [Condition, WhenTrue, WhenFalse];
}

internal sealed record BitwiseNode(BitwiseOperator Operator, Node Left, Node Right) : Node(Left.Width, false)
{
    public override IReadOnlyList<Node> Operands => [Left, Right];
}

internal sealed record NotNode(Node Operand) : Node(Operand.Width, false)
{
    public override IReadOnlyList<Node> Operands => [Operand];
}

internal sealed record CompareNode(Comparison Operator, Node Left, Node Right) : Node(1, false)
{
    public override IReadOnlyList<Node> Operands => [Left, Right];
}

/// <summary>Whether any (or every) bit is set.</summary>
internal sealed record ReduceNode(Node Operand, bool Every) : Node(1, false)
{
    public override IReadOnlyList<Node> Operands => [Operand];
}

internal sealed record ShiftLeftNode(Node Operand, Node Places, int Bits) : Node(Bits, Operand.IsSigned)
{
    public override IReadOnlyList<Node> Operands => [Operand, Places];
}

/// <summary>Floor of the quotient by a power of two: arithmetic for signed operands.</summary>
internal sealed record ShiftRightNode(Node Operand, Node Places) : Node(Operand.Width, Operand.IsSigned)
{
    public override IReadOnlyList<Node> Operands => [Operand, Places];
}

internal sealed record SliceNode(Node Operand, int High, int Low) : Node(High - Low + 1, false)
{
    public override IReadOnlyList<Node> Operands => [Operand];
}

internal sealed record ConcatNode(IReadOnlyList<Node> Parts) : Node(Parts.Sum(part => part.Width), false)
{
    public override IReadOnlyList<Node> Operands => Parts;
}

/// <summary>Extension (by the operand's sign) or truncation to another width.</summary>
internal sealed record ResizeNode(Node Operand, int Bits) : Node(Bits, Operand.IsSigned)
{
    public override IReadOnlyList<Node> Operands => [Operand];
}

/// <summary>The same bits under the other signedness.</summary>
internal sealed record ReinterpretNode(Node Operand) : Node(Operand.Width, !Operand.IsSigned)
{
    public override IReadOnlyList<Node> Operands => [Operand];
}
