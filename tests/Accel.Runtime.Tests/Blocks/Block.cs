using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>
/// A small graph and the numbers that go into it. Its tokens are 0, 1, 2, ..; an input of floats is an embedding table whose row t
/// is what token t brings, so that a block runs by the same session as a model.
/// </summary>
internal sealed class Block
{
    private readonly GraphBuilder _builder = new("block");
    private readonly Dictionary<string, StoredTensor> _weights = [];
    private int _names;

    public Block()
    {
        Tokens = _builder.Input("tokens", TensorType.I32(Dim.Tokens));
        Position = _builder.Input("position", TensorType.I32());
    }

    public Value Tokens { get; }

    public Value Position { get; }

    /// <summary>Tokens of the sequence: rows of the first input.</summary>
    public int Length { get; private set; }

    /// <summary>Rows that arrive with the tokens, <c>[T, d]</c>, or <c>[T, inner..]</c>.</summary>
    public Value Input(double[][] rows, params long[] inner)
    {
        Length = Length == 0 ? rows.Length : Math.Min(Length, rows.Length);
        var table = Weight([.. rows.SelectMany(row => row)], rows.Length, rows[0].Length);
        var value = Add(new Embedding(), Tokens, table);
        return inner.Length == 0 ? value : Add(new Reshape(inner), value);
    }

    public Value Weight(double[] values, params long[] shape) =>
        Weight(StoredTensor.FromFloats($"w{_names}", shape.Length == 0 ? [values.Length] : shape, [.. values.Select(value => (float)value)]));

    public Value Weight(double[][] rows) => Weight([.. rows.SelectMany(row => row)], rows.Length, rows[0].Length);

    /// <summary>A weight in a stored format of its own.</summary>
    public Value Weight(StoredTensor tensor)
    {
        var name = $"w{_names++}";
        _weights.Add(name, tensor);
        return _builder.Parameter(name, [.. tensor.Shape.Select(Dim.FromInt64)]);
    }

    public Value State(StateKind kind, params ReadOnlySpan<Dim> shape) => _builder.State($"s{_names++}", kind, shape);

    public Value Add(Op op, params ReadOnlySpan<Value> operands) => _builder.Add($"v{_names++}", op, operands);

    public Value[] Split(Value x, params long[] sizes) =>
        _builder.Add([.. sizes.Select(_ => $"v{_names++}")], new Split(sizes), x);

    public (Value Experts, Value Weights) Route(Route op, params ReadOnlySpan<Value> operands)
    {
        var results = _builder.Add([$"v{_names++}", $"v{_names++}"], op, operands);
        return (results[0], results[1]);
    }

    /// <summary>A node that advances every state among its operands.</summary>
    public Value Advance(Op op, params ReadOnlySpan<Value> operands)
    {
        var states = operands.ToArray().Where(operand => operand.Kind == ValueKind.State).ToArray();
        var results = _builder.Add([$"v{_names++}", .. states.Select(state => $"{state.Name}.next")], op, operands);
        for (var i = 0; i < states.Length; i++)
        {
            _builder.Next(states[i], results[i + 1]);
        }

        return results[0];
    }

    /// <summary>Attention over caches of its own, full or rings of the window; the op's extra operands stand at the end.</summary>
    public Value Attend(Attention op, Value q, Value k, Value v, params Value[] extras)
    {
        var caches = Caches(op, k, v);
        return Advance(op, [q, k, v, Position, .. caches, .. extras]);
    }

    /// <summary>The caches of an attention op.</summary>
    public Value[] Caches(Attention op, params Value[] fresh) =>
    [
        .. fresh.Select(value => State(
            op.Window > 0 ? StateKind.Ring : StateKind.Full, op.Window > 0 ? op.Window : Dim.Context, value.Type.Shape.Dims[1], value.Type.Shape.Last)),
    ];

    public Value Unary(UnaryFunction function, Value x) => Add(new Unary(function), x);

    public Value Plus(Value a, Value b) => Add(new Binary(BinaryOperator.Add), a, b);

    public Value Minus(Value a, Value b) => Add(new Binary(BinaryOperator.Subtract), a, b);

    public Value Times(Value a, Value b) => Add(new Binary(BinaryOperator.Multiply), a, b);

    /// <summary>What a state holds when a step starts, as rows: to be asked for before the node that advances it.</summary>
    public Value Seen(Value state)
    {
        var extents = state.Type.Shape.Dims.Select(dim => dim.Value).ToArray();
        var zeros = Input([.. Enumerable.Range(0, Length).Select(_ => new double[state.Type.Shape.Elements])], extents);
        return Add(new Reshape(state.Type.Shape.Elements), Plus(zeros, state));
    }

    /// <summary>A session of the block whose logits are <paramref name="output"/>; the last call on a block.</summary>
    public Session Start(Value output, int threads = 1)
    {
        _builder.Output("logits", output);
        var graph = _builder.Build();
        return new(graph, WeightSet.Bind(graph, "block", parameter => (_weights[parameter.Name], parameter.Name)), new(ContextLength: 64, threads, ChunkTokens: 64) { LeastShared = 0 });
    }

    /// <summary>The rows of <paramref name="output"/>, computed in steps of the given lengths; all at once if none are given.</summary>
    public double[][] Run(Value output, params int[] steps)
    {
        using var session = Start(output);
        return Run(session, Length, steps);
    }

    public static double[][] Run(Session session, int length, params int[] steps)
    {
        var logits = new float[length * session.VocabularySize];
        var at = 0;
        foreach (var step in steps.Length == 0 ? [length] : steps)
        {
            var rows = logits.AsSpan(at * session.VocabularySize, step * session.VocabularySize);
            session.Forward([.. Enumerable.Range(at, step)], rows);
            at += step;
        }

        Assert.Equal(length, at);
        return [.. logits.Chunk(session.VocabularySize).Select(row => row.Select(value => (double)value).ToArray())];
    }
}
