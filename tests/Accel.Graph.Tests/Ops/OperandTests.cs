using Accel.Graph.Tests.Text;
using Accel.Graph.Text;

namespace Accel.Graph.Tests.Ops;

/// <summary>No op ignores the type of an operand: each is changed a little, one at a time, in each node of the sample of every op.</summary>
public class OperandTests
{
    /// <summary>Operands whose extents leave no trace in the results: tables that are indexed, axes that are summed.</summary>
    private static readonly string[] _indexedOrSummed =
    [
        "embedding 1.0", // rows of the table
        "reduce 0.1", // the axis that is reduced
    ];

    public static TheoryData<int> Nodes => new(Enumerable.Range(0, GraphParser.Parse("every-op", EveryOp.Text).Nodes.Count));

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Another_element_type_is_refused(int index)
    {
        var (op, operands) = Node(index);
        for (var i = 0; i < operands.Length; i++)
        {
            var other = operands[i].Element == ElementType.F32 ? ElementType.I32 : ElementType.F32;
            Assert.True(Infer(op, operands, i, operands[i] with { Element = other }) is null, $"{op.Mnemonic}: operand {i} may be {other}");
        }
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_longer_axis_is_refused_or_shows_in_the_results(int index)
    {
        var (op, operands) = Node(index);
        var results = op.InferTypes(operands);
        for (var i = 0; i < operands.Length; i++)
        {
            for (var axis = 0; axis < operands[i].Rank; axis++)
            {
                var dims = operands[i].Shape.Dims;
                if (dims[axis].IsConstant && !_indexedOrSummed.Contains($"{op.Mnemonic} {i}.{axis}"))
                {
                    var longer = operands[i].WithShape([.. dims.SetItem(axis, dims[axis].Value + 1)]);
                    Assert.False(Infer(op, operands, i, longer) is { } same && same.AsSpan().SequenceEqual(results), $"{op.Mnemonic}: operand {i} may be {longer}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_missing_operand_is_refused_or_shows_in_the_results(int index)
    {
        var (op, operands) = Node(index);
        var fewer = TryInfer(op, operands[..^1]);
        Assert.True(fewer is null || !fewer.AsSpan().SequenceEqual(op.InferTypes(operands)), $"{op.Mnemonic}: works without operand {operands.Length - 1}");
    }

    private static (Op Op, TensorType[] Operands) Node(int index)
    {
        var node = GraphParser.Parse("every-op", EveryOp.Text).Nodes[index];
        return (node.Op, [.. node.Operands.Select(operand => operand.Type)]);
    }

    private static TensorType[]? Infer(Op op, TensorType[] operands, int changed, TensorType type)
    {
        var types = operands.ToArray();
        types[changed] = type;
        return TryInfer(op, types);
    }

    /// <summary>The result types, or null if the op refuses its operands.</summary>
    private static TensorType[]? TryInfer(Op op, TensorType[] operands)
    {
        try
        {
            return op.InferTypes(operands);
        }
        catch (IrException)
        {
            return null;
        }
    }
}
