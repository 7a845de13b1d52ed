namespace Accel.Rtl.Hdl;

/// <summary>
/// Expressions that stand in several places of a module and are more than a glance at a signal: printed once, as a wire, or their text would
/// multiply with every use of a use.
/// </summary>
internal static class SharedExpressions
{
    public static HashSet<Node> Of(Module module)
    {
        var uses = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        foreach (var root in Roots(module))
        {
            Count(root, uses);
        }

        return new(uses.Where(use => use.Value > 1 && IsWork(use.Key)).Select(use => use.Key), ReferenceEqualityComparer.Instance);
    }

    private static IEnumerable<Node> Roots(Module module)
    {
        foreach (var statement in module.Statements)
        {
            IEnumerable<Node> nodes = statement switch
            {
                AssignStatement s => [s.Value],
                LookupStatement s => [s.Selector],
                MemoryStatement s => [s.Write, s.Address, s.Data, .. s.Reads.SelectMany(read => new[] { read.Enable, read.Address })],
                InstanceStatement s => s.Instance.Inputs.Values,
                _ => [],
            };
            foreach (var node in nodes)
            {
                yield return node;
            }
        }

        foreach (var (condition, value) in module.Registers.SelectMany(register => register.Writes))
        {
            if (condition is not null)
            {
                yield return condition;
            }

            yield return value;
        }
    }

    private static void Count(Node node, Dictionary<Node, int> uses)
    {
        uses[node] = uses.GetValueOrDefault(node) + 1;
        // What renames or cuts bits is no place of its own: its operand stands wherever it stands.
        if (uses[node] == 1 || node is ResizeNode or ReinterpretNode or SliceNode)
        {
            foreach (var operand in node.Operands)
            {
                Count(operand, uses);
            }
        }
    }

    /// <summary>Whether an adder, multiplier, shifter or choice is in it; renaming and cutting bits is none.</summary>
    private static bool IsWork(Node node) => node switch
    {
        RingNode or NegateNode or SelectNode or ShiftLeftNode or ShiftRightNode or ConcatNode => true,
        BitwiseNode or NotNode or CompareNode or ReduceNode => node.Width > 1,
        _ => false,
    };
}
