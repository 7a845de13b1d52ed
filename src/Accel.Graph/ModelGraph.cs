namespace Accel.Graph;

/// <summary>What a value is to the graph.</summary>
public enum ValueKind
{
    /// <summary>Given anew at each step.</summary>
    Input,

    /// <summary>A weight: the same at each step.</summary>
    Parameter,

    /// <summary>Carried from one step to the next.</summary>
    State,

    /// <summary>Computed by a node.</summary>
    Result,
}

/// <summary>How a state is laid out, which decides what it costs per token.</summary>
public enum StateKind
{
    /// <summary>One slot per position, up to the capacity.</summary>
    Full,

    /// <summary>One slot per position of a window; position <c>p</c> lives in slot <c>p mod W</c>.</summary>
    Ring,

    /// <summary>The last inputs of a causal convolution, oldest first.</summary>
    Conv,

    /// <summary>The state of a recurrence: of fixed size, rewritten at each token.</summary>
    Recurrent,

    /// <summary>Written once per sequence, then only read (an encoder's keys and values).</summary>
    Static,
}

/// <summary>A value of the graph: one name, one type, one definition.</summary>
public sealed class Value
{
    internal Value(string name, TensorType type, ValueKind kind, StateKind? stateKind = null)
    {
        Name = name;
        Type = type;
        Kind = kind;
        StateKind = stateKind;
    }

    public string Name { get; }

    public TensorType Type { get; }

    public ValueKind Kind { get; }

    /// <summary>For states: the layout.</summary>
    public StateKind? StateKind { get; }

    /// <summary>For results: the node that computes it.</summary>
    public Node? Producer { get; internal set; }

    public override string ToString() => $"{Name} : {Type}";
}

/// <summary>One operation applied to values.</summary>
public sealed class Node
{
    internal Node(Op op, Value[] operands, Value[] results)
    {
        Op = op;
        Operands = operands;
        Results = results;
    }

    public Op Op { get; }

    public IReadOnlyList<Value> Operands { get; }

    public IReadOnlyList<Value> Results { get; }

    /// <summary>The only result of an op that has one.</summary>
    public Value Result => Results.Count == 1 ? Results[0] : throw new InvalidOperationException($"{Op.Mnemonic} has {Results.Count} results");
}

/// <summary>
/// A step function <c>step(inputs, state) -> outputs, state'</c> with symbolic extents: prefill is <c>T = n</c>, decode
/// <c>T = 1</c>. Nodes stand in an order in which every operand is defined before its use.
/// </summary>
/// <remarks>Made by <see cref="GraphBuilder"/>; immutable from then on.</remarks>
public sealed class ModelGraph
{
    internal ModelGraph(
        string name,
        IReadOnlyList<Value> inputs,
        IReadOnlyList<Value> parameters,
        IReadOnlyList<Value> states,
        IReadOnlyList<Node> nodes,
        IReadOnlyList<KeyValuePair<string, Value>> outputs,
        IReadOnlyDictionary<Value, Value> nextStates)
    {
        Name = name;
        Inputs = inputs;
        Parameters = parameters;
        States = states;
        Nodes = nodes;
        Outputs = outputs;
        NextStates = nextStates;
        LastRowTail = nodes.Count;
        while (LastRowTail > 0 && nodes[LastRowTail - 1].Op.IsRowWise)
        {
            LastRowTail--;
        }
    }

    public string Name { get; }

    public IReadOnlyList<Value> Inputs { get; }

    public IReadOnlyList<Value> Parameters { get; }

    public IReadOnlyList<Value> States { get; }

    public IReadOnlyList<Node> Nodes { get; }

    public IReadOnlyList<KeyValuePair<string, Value>> Outputs { get; }

    /// <summary>For each state the value that it holds at the next step; a state that is absent never changes.</summary>
    public IReadOnlyDictionary<Value, Value> NextStates { get; }

    /// <summary>The first node from which on every node is row-wise: who wants the last row only need compute the last row from here on.</summary>
    public int LastRowTail { get; }

    public Value Input(string name) => Find(Inputs, "input", name);

    public Value Parameter(string name) => Find(Parameters, "parameter", name);

    public Value State(string name) => Find(States, "state", name);

    /// <summary>The value of a named output.</summary>
    public Value Output(string name) =>
        Outputs.FirstOrDefault(output => output.Key == name).Value ?? throw new IrException(Name, "output", $"an output named '{name}'", "none");

    public IEnumerable<Node> NodesOf<TOp>()
        where TOp : Op =>
        Nodes.Where(node => node.Op is TOp);

    private Value Find(IReadOnlyList<Value> values, string kind, string name) =>
        values.FirstOrDefault(value => value.Name == name) ?? throw new IrException(Name, kind, $"a {kind} named '{name}'", "none");
}
