using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Runtime.Execution;

/// <summary>
/// What a graph must keep to so that kernels may rewrite states where they lie: one node advances a state, its result is the state
/// of the next step, and whoever else reads the state stands on the right side of that node.
/// </summary>
internal static class StateOrder
{
    /// <exception cref="IrException">A state of which some node would see the wrong step's values.</exception>
    public static void Verify(ModelGraph graph)
    {
        var advanced = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            var states = node.Operands.Where(operand => operand.Kind == ValueKind.State).ToList();
            if (Advances(node))
            {
                VerifyAdvance(graph, node, states, advanced);
                continue;
            }

            var readsAfter = node.Op is Attention { Cache: CacheUse.Read };
            if (states.Find(state => advanced.Contains(state) != readsAfter) is { } wrong)
            {
                throw new IrException(
                    node.Op.Mnemonic,
                    $"operand {wrong.Name}",
                    readsAfter ? "a cache to which a node before appends" : "a state that no node before advances",
                    readsAfter ? "none that does" : "one that does");
            }
        }
    }

    /// <summary>Nodes that mix tokens do it through their states, which they rewrite; others only read them.</summary>
    private static bool Advances(Node node) => !node.Op.IsRowWise && node.Op is not Attention { Cache: not CacheUse.Append };

    /// <summary>The results of such a node are what it computes, then its states' next, in the order of the operands.</summary>
    private static void VerifyAdvance(ModelGraph graph, Node node, List<Value> states, HashSet<Value> advanced)
    {
        if (states.Count != node.Results.Count - 1)
        {
            throw new IrException(node.Op.Mnemonic, "operands", $"{node.Results.Count - 1} states", $"{states.Count}");
        }

        for (var i = 0; i < states.Count; i++)
        {
            if (!advanced.Add(states[i]))
            {
                throw new IrException(node.Op.Mnemonic, $"operand {states[i].Name}", "a state that no other node advances", "a second node that does");
            }

            if (!graph.NextStates.TryGetValue(states[i], out var next) || !ReferenceEquals(next, node.Results[i + 1]))
            {
                throw new IrException(node.Op.Mnemonic, $"next {states[i].Name}", node.Results[i + 1].Name, next?.Name ?? "none");
            }
        }
    }
}
