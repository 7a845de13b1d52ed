using System.Diagnostics;
using System.Numerics;

namespace Accel.Rtl.Hdl;

/// <summary>The meaning of an expression, as integers: what any simulator of the printed text must give.</summary>
internal static class Evaluator
{
    /// <param name="signals">The value of each signal, within its width.</param>
    public static BigInteger Evaluate(Node node, Func<Signal, BigInteger> signals)
    {
        BigInteger Of(Node operand) => Evaluate(operand, signals);
        return Bits.Wrap(
            node switch
            {
                SignalNode n => signals(n.Signal),
                ConstantNode n => n.Value,
                RingNode { Operator: RingOperator.Add } n => Of(n.Left) + Of(n.Right),
                RingNode { Operator: RingOperator.Subtract } n => Of(n.Left) - Of(n.Right),
                RingNode n => Of(n.Left) * Of(n.Right),
                NegateNode n => -Of(n.Operand),
                SelectNode n => Of(n.Condition).IsZero ? Of(n.WhenFalse) : Of(n.WhenTrue),
                BitwiseNode { Operator: BitwiseOperator.And } n => Of(n.Left) & Of(n.Right),
                BitwiseNode { Operator: BitwiseOperator.Or } n => Of(n.Left) | Of(n.Right),
                BitwiseNode n => Of(n.Left) ^ Of(n.Right),
                NotNode n => ~Of(n.Operand),
                CompareNode n => Compare(n.Operator, Of(n.Left), Of(n.Right)) ? 1 : 0,
                ReduceNode { Every: true } n => Of(n.Operand) == (BigInteger.One << n.Operand.Width) - 1 ? 1 : 0,
                ReduceNode n => Of(n.Operand).IsZero ? 0 : 1,
                ShiftLeftNode n => Of(n.Operand) << (int)Of(n.Places),
                ShiftRightNode n => Of(n.Operand) >> (int)Of(n.Places),
                SliceNode n => Of(n.Operand) >> n.Low,
                ConcatNode n => n.Parts.Aggregate(BigInteger.Zero, (bits, part) => (bits << part.Width) | Bits.Wrap(Of(part), part.Width, false)),
                ResizeNode n => Of(n.Operand),
                ReinterpretNode n => Of(n.Operand),
                _ => throw new UnreachableException($"no meaning for {node.GetType().Name}"),
            },
            node.Width,
            node.IsSigned);
    }

    private static bool Compare(Comparison operation, BigInteger a, BigInteger b) => operation switch
    {
        Comparison.Equal => a == b,
        Comparison.NotEqual => a != b,
        Comparison.Less => a < b,
        _ => a <= b,
    };
}
