namespace Accel.Graph;

/// <summary>Checks that a graph keeps the rules of the representation, whoever made it.</summary>
public static class Verifier
{
    /// <summary>Definition before use, one definition per name, types as the ops infer them, states that keep their type.</summary>
    /// <exception cref="IrException">The first rule that is broken.</exception>
    public static void Verify(ModelGraph graph)
    {
        var defined = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in graph.Inputs.Concat(graph.Parameters).Concat(graph.States))
        {
            Define(graph, value, defined, names);
        }

        foreach (var parameter in graph.Parameters)
        {
            if (parameter.Type.Shape.Dims.Any(dim => !dim.IsConstant || dim.Value <= 0))
            {
                throw new IrException(graph.Name, $"parameter {parameter.Name}", "positive constant extents", parameter.Type.ToString());
            }
        }

        foreach (var node in graph.Nodes)
        {
            VerifyNode(node, defined);
            foreach (var result in node.Results)
            {
                Define(graph, result, defined, names);
            }
        }

        foreach (var (state, next) in graph.NextStates)
        {
            if (state.Kind != ValueKind.State || !defined.Contains(state) || !defined.Contains(next) || state.Type != next.Type)
            {
                throw new IrException(graph.Name, $"next {state.Name}", $"a defined value of type {state.Type}", next.ToString());
            }
        }

        if (graph.Outputs.Count == 0)
        {
            throw new IrException(graph.Name, "outputs", "at least one", "none");
        }

        foreach (var (name, value) in graph.Outputs)
        {
            if (!defined.Contains(value))
            {
                throw new IrException(graph.Name, $"output {name}", "a defined value", value.Name);
            }
        }
    }

    private static void VerifyNode(Node node, HashSet<Value> defined)
    {
        foreach (var operand in node.Operands)
        {
            if (!defined.Contains(operand))
            {
                throw new IrException(node.Op.Mnemonic, "operand", "a value defined before its use", operand.Name);
            }
        }

        var inferred = node.Op.InferTypes(node.Operands.Select(operand => operand.Type).ToArray());
        if (!inferred.AsSpan().SequenceEqual(node.Results.Select(result => result.Type).ToArray()))
        {
            throw new IrException(
                node.Op.Mnemonic, "results", string.Join(", ", inferred.Select(type => type.ToString())), string.Join(", ", node.Results));
        }
    }

    private static void Define(ModelGraph graph, Value value, HashSet<Value> defined, HashSet<string> names)
    {
        if (!defined.Add(value) || !names.Add(value.Name))
        {
            throw new IrException(graph.Name, "value name", "one definition", value.Name);
        }
    }
}
