namespace Accel.Graph;

/// <summary>Builds a <see cref="ModelGraph"/> node by node; every node is typed as it is added.</summary>
public sealed class GraphBuilder(string name)
{
    private readonly List<Value> _inputs = [];
    private readonly List<Value> _parameters = [];
    private readonly List<Value> _states = [];
    private readonly List<Node> _nodes = [];
    private readonly List<KeyValuePair<string, Value>> _outputs = [];
    private readonly Dictionary<Value, Value> _nextStates = [];
    private readonly Dictionary<string, Value> _byName = new(StringComparer.Ordinal);

    public Value Input(string valueName, TensorType type) => Declare(_inputs, new Value(valueName, type, ValueKind.Input));

    public Value Parameter(string valueName, params ReadOnlySpan<Dim> shape) =>
        Parameter(valueName, new TensorType(ElementType.F32, new Shape(shape)));

    /// <summary>Declares a parameter, or returns the one declared before: layers may share weights.</summary>
    public Value Parameter(string valueName, TensorType type)
    {
        if (!_byName.TryGetValue(valueName, out var known))
        {
            return Declare(_parameters, new Value(valueName, type, ValueKind.Parameter));
        }

        return known.Kind == ValueKind.Parameter && known.Type == type
            ? known
            : throw new IrException(name, valueName, $"a parameter of type {known.Type}", type.ToString());
    }

    public Value State(string valueName, StateKind kind, params ReadOnlySpan<Dim> shape) =>
        Declare(_states, new Value(valueName, new TensorType(ElementType.F32, new Shape(shape)), ValueKind.State, kind));

    /// <summary>Adds a node with one result.</summary>
    public Value Add(string resultName, Op op, params ReadOnlySpan<Value> operands) => Add([resultName], op, operands)[0];

    /// <summary>Adds a node; one name per result.</summary>
    /// <exception cref="IrException">Operands that do not fit, a name used twice, a value of another graph.</exception>
    public Value[] Add(ReadOnlySpan<string> resultNames, Op op, params ReadOnlySpan<Value> operands)
    {
        var types = new TensorType[operands.Length];
        for (var i = 0; i < operands.Length; i++)
        {
            if (!_byName.TryGetValue(operands[i].Name, out var own) || !ReferenceEquals(own, operands[i]))
            {
                throw new IrException(op.Mnemonic, "operand", "a value of this graph", operands[i].Name);
            }

            types[i] = operands[i].Type;
        }

        var resultTypes = ResultTypes(op, types);
        if (resultTypes.Length != resultNames.Length)
        {
            throw new IrException(op.Mnemonic, "names of results", $"{resultTypes.Length}", $"{resultNames.Length}");
        }

        var results = new Value[resultTypes.Length];
        var node = new Node(op, [.. operands], results);
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = Define(new Value(resultNames[i], resultTypes[i], ValueKind.Result) { Producer = node });
        }

        _nodes.Add(node);
        return results;
    }

    /// <summary>States what a state holds after this step.</summary>
    public void Next(Value state, Value next)
    {
        if (state.Kind != ValueKind.State || state.Type != next.Type || !_nextStates.TryAdd(state, next))
        {
            throw new IrException(name, $"next {state.Name}", $"one value of type {state.Type} for a state", next.ToString());
        }
    }

    public void Output(string outputName, Value value)
    {
        if (_outputs.Any(output => output.Key == outputName))
        {
            throw new IrException(name, "output", "a new name", outputName);
        }

        _outputs.Add(new(outputName, value));
    }

    /// <summary>A value that was declared or computed before.</summary>
    public bool TryFind(string valueName, out Value value) => _byName.TryGetValue(valueName, out value!);

    /// <summary>The finished graph, verified.</summary>
    public ModelGraph Build()
    {
        var graph = new ModelGraph(name, [.. _inputs], [.. _parameters], [.. _states], [.. _nodes], [.. _outputs], new Dictionary<Value, Value>(_nextStates));
        Verifier.Verify(graph);
        return graph;
    }

    private static TensorType[] ResultTypes(Op op, TensorType[] operands)
    {
        foreach (var attribute in op.Attributes)
        {
            if (attribute.Value is double.NaN || (attribute.Value is double[] numbers && numbers.Any(double.IsNaN)))
            {
                throw new IrException(op.Mnemonic, attribute.Name, "a number", "NaN");
            }
        }

        try
        {
            return op.InferTypes(operands);
        }
        catch (Exception e) when (e is InvalidOperationException or OverflowException)
        {
            // A symbol where the op computes with the extent, or a product of extents beyond 64 bits.
            throw new IrException(op.Mnemonic, "extents", "constants that the op can compute with", string.Join<TensorType>(" and ", operands));
        }
    }

    private Value Declare(List<Value> values, Value value)
    {
        Define(value);
        values.Add(value);
        return value;
    }

    private Value Define(Value value)
    {
        if (!IsName(value.Name) || !_byName.TryAdd(value.Name, value))
        {
            throw new IrException(name, "value name", "a new name of letters, digits, '_', '.' and '-'", $"'{value.Name}'");
        }

        return value;
    }

    private static bool IsName(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-') && !char.IsAsciiDigit(text[0]) && text[0] is not ('-' or '.');
}
