using Accel.Core.Diagnostics;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Runtime.Execution;

/// <summary>
/// A graph laid out for execution: kernels in order, each bound to memory; nodes of parameters alone are computed once, here.
/// Values take turns in memory by their live intervals.
/// </summary>
internal sealed class Plan
{
    private readonly Dictionary<Value, ValueMemory> _tensors = new(ReferenceEqualityComparer.Instance);
    private readonly List<Step> _steps = [];
    private readonly List<(ValueMemory State, ValueMemory Next)> _copies = [];
    private readonly SessionLimits _limits;
    private readonly ModelGraph _graph;

    public Plan(ModelGraph graph, WeightSet weights, SessionLimits limits, WorkerPool workers)
    {
        _graph = graph;
        _limits = limits;
        StateOrder.Verify(graph);
        foreach (var input in graph.Inputs)
        {
            _tensors.Add(input, new ValueMemory(input, RowElements(input)) { Ints = new int[Math.Max(1, Elements(input))] });
        }

        foreach (var parameter in graph.Parameters)
        {
            _tensors.Add(parameter, new ValueMemory(parameter, RowElements(parameter)) { Stored = weights[parameter] });
        }

        foreach (var state in graph.States)
        {
            _tensors.Add(state, new ValueMemory(state, RowElements(state)) { Floats = new float[Elements(state, ringSlack: limits.Tokens)] });
        }

        var lastUse = LastUses();
        var memory = new RowMemory(limits.Tokens);
        for (var index = 0; index < graph.Nodes.Count; index++)
        {
            var node = graph.Nodes[index];
            var folded = IsConstant(node);
            Define(node, folded, memory);
            if (node.Op is not Reshape)
            {
                var site = new KernelSite(node, [.. node.Operands.Select(o => _tensors[o])], [.. node.Results.Select(r => _tensors[r])], workers, limits);
                var kernel = KernelCatalogue.Create(site);
                if (folded)
                {
                    kernel.Run(0, Rows(node.Results[0], Greatest), Greatest);
                }
                else
                {
                    _steps.Add(new(node, kernel, index >= graph.LastRowTail));
                }
            }

            foreach (var value in lastUse[index])
            {
                memory.Release(_tensors[value]);
            }
        }

        foreach (var (state, next) in graph.NextStates)
        {
            if (!ReferenceEquals(_tensors[state].Floats, _tensors[next].Floats))
            {
                _copies.Add((_tensors[state], _tensors[next]));
            }
        }
    }

    public ValueMemory this[Value value] => _tensors[value];

    /// <summary>Runs one step; row-wise work behind the last mixing of tokens may be cut to the last row.</summary>
    public void Run(in StepShape step, bool lastRowOnly, StepObserver? observer = null)
    {
        var tokens = (int)step.Tokens;
        foreach (var (node, kernel, isTail) in _steps)
        {
            var perToken = IsPerToken(node.Results[0]);
            var first = lastRowOnly && isTail && perToken ? tokens - 1 : 0;
            kernel.Run(first, perToken ? tokens - first : Rows(node.Results[0], step), step);
            if (observer is not null)
            {
                foreach (var result in node.Results)
                {
                    if (result.Type.Element == ElementType.F32 && IsPerToken(result))
                    {
                        observer(result, _tensors[result].Rows(first, tokens - first));
                    }
                }
            }
        }

        foreach (var (state, next) in _copies)
        {
            next.Floats.AsSpan(0, Math.Min(next.Floats.Length, state.Floats.Length)).CopyTo(state.Floats);
        }
    }

    /// <summary>Sets every state to zero.</summary>
    public void Reset()
    {
        foreach (var state in _graph.States)
        {
            Array.Clear(_tensors[state].Floats);
        }
    }

    private readonly record struct Step(Node Node, Kernel Kernel, bool IsTail);

    /// <summary>Gives memory to a node's results: that of the state for a next state, of the operand for a reshape, else rows of its own.</summary>
    private void Define(Node node, bool folded, RowMemory memory)
    {
        foreach (var result in node.Results)
        {
            var tensor = new ValueMemory(result, RowElements(result)) { IsFolded = folded };
            var state = node.Operands.FirstOrDefault(o => o.Kind == ValueKind.State && _graph.NextStates.TryGetValue(o, out var next) && ReferenceEquals(next, result));
            if (state is not null)
            {
                tensor.Floats = _tensors[state].Floats;
            }
            else if (node.Op is Reshape)
            {
                var source = _tensors[node.Operands[0]];
                tensor.Floats = source.Stored is null ? source.Floats : source.Constant;
                memory.Share(source, tensor);
            }
            else if (result.Type.Element == ElementType.I32)
            {
                tensor.Ints = new int[Elements(result)];
            }
            else if (folded || !IsPerToken(result))
            {
                tensor.Floats = new float[Elements(result)];
            }
            else
            {
                memory.Take(tensor);
            }

            _tensors.Add(result, tensor);
        }
    }

    /// <summary>Per node the values that no later node reads; outputs and next states live on.</summary>
    private List<Value>[] LastUses()
    {
        var last = new Dictionary<Value, int>(ReferenceEqualityComparer.Instance);
        for (var index = 0; index < _graph.Nodes.Count; index++)
        {
            foreach (var value in _graph.Nodes[index].Operands.Concat(_graph.Nodes[index].Results))
            {
                last[value] = index;
            }
        }

        foreach (var value in _graph.Outputs.Select(output => output.Value).Concat(_graph.NextStates.Values))
        {
            last.Remove(value);
        }

        var uses = new List<Value>[_graph.Nodes.Count];
        for (var index = 0; index < uses.Length; index++)
        {
            uses[index] = [.. last.Where(pair => pair.Value == index && pair.Key.Kind == ValueKind.Result).Select(pair => pair.Key).OrderBy(v => v.Name, StringComparer.Ordinal)];
        }

        return uses;
    }

    private bool IsConstant(Node node) => node.Operands.Count > 0 && node.Operands.All(operand =>
        operand.Kind == ValueKind.Parameter || (operand.Producer is { } producer && IsConstant(producer)));

    /// <summary>Whether a value has one row per token of the step.</summary>
    private static bool IsPerToken(Value value) => value.Type.Shape.Dims is [{ Symbol: "T" }, ..];

    private static int Rows(Value value, in StepShape step) => value.Type.Rank == 0 ? 1 : checked((int)value.Type.Shape.Dims[0].Resolve(step));

    /// <summary>The extents that memory is laid out for.</summary>
    private StepShape Greatest => new(_limits.Tokens, 0, _limits.Capacity);

    private int RowElements(Value value) =>
        value.Type.Rank == 0 ? 1 : checked((int)new Shape([.. value.Type.Shape.Dims[1..]]).ElementsAt(Greatest));

    /// <summary>Elements at the greatest extents. A ring holds a whole step beside its window, so that a step may write before it reads.</summary>
    private int Elements(Value value, int ringSlack = 0)
    {
        var elements = value.Type.Shape.ElementsAt(Greatest);
        if (value.StateKind == StateKind.Ring)
        {
            elements += (long)ringSlack * RowElements(value);
        }

        return elements <= Array.MaxLength
            ? (int)elements
            : throw new InputException(_graph.Name, value.Name, $"at most {Array.MaxLength} elements", $"{elements}");
    }
}
