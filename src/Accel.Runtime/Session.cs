using Accel.Core.Diagnostics;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime;

/// <summary>Sees each float result of a step as it is computed: the value, and its rows.</summary>
public delegate void StepObserver(Value value, ReadOnlySpan<float> rows);

/// <summary>Sees logits <c>[n, vocabulary]</c> after the tokens from <paramref name="first"/> on; valid during the call.</summary>
public delegate void LogitsVisitor(int first, ReadOnlySpan<float> rows);

/// <summary>How a session is laid out.</summary>
/// <param name="ContextLength">Positions that a full KV cache holds.</param>
/// <param name="Threads">Threads; results do not depend on it.</param>
/// <param name="ChunkTokens">Most tokens of one step; a longer prompt runs in several steps.</param>
public sealed record SessionOptions(int ContextLength, int Threads = 1, int ChunkTokens = 256)
{
    /// <summary>Multiply-accumulates below which a kernel keeps to one thread: about ten microseconds of work. 0 shares everything.</summary>
    public long LeastShared { get; init; } = 200_000;
}

/// <summary>
/// Runs a graph on the CPU in float32: prefill and decode, with the state of one sequence. Weights stay in their stored format.
/// </summary>
public sealed class Session : IDisposable
{
    private readonly ModelGraph _graph;
    private readonly SessionOptions _options;
    private readonly WorkerPool _workers;
    private readonly Plan _plan;
    private readonly ValueMemory _tokens;
    private readonly ValueMemory? _position;
    private readonly ValueMemory _logits;
    private readonly int _embeddingRows;
    private readonly bool _isBounded;

    /// <exception cref="InputException">The context does not fit the memory layout.</exception>
    public Session(ModelGraph graph, WeightSet weights, SessionOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ContextLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ChunkTokens, 1);
        _graph = graph;
        _options = options with { ChunkTokens = Math.Min(options.ChunkTokens, options.ContextLength) };
        _workers = new WorkerPool(options.Threads, options.LeastShared);
        try
        {
            _plan = new Plan(graph, weights, new SessionLimits(_options.ChunkTokens, options.ContextLength), _workers);
        }
        catch
        {
            _workers.Dispose();
            throw;
        }

        _tokens = _plan[graph.Input("tokens")];
        _position = graph.Inputs.FirstOrDefault(input => input.Name == "position") is { } position ? _plan[position] : null;
        _logits = _plan[graph.Output("logits")];
        _embeddingRows = graph.NodesOf<Embedding>()
            .Where(node => node.Operands[0] == graph.Input("tokens"))
            .Select(node => checked((int)node.Operands[1].Type.Shape.Dims[0].Value))
            .DefaultIfEmpty(int.MaxValue)
            .Min();
        _isBounded = graph.States.Any(state => state.StateKind == StateKind.Full);
    }

    /// <summary>The graph's name, for messages.</summary>
    public string Name => _graph.Name;

    /// <summary>Tokens consumed so far.</summary>
    public int Position { get; private set; }

    /// <summary>Logits per token.</summary>
    public int VocabularySize => _logits.RowElements;

    /// <summary>Sees every float result of every step, for numerics; null for none.</summary>
    public StepObserver? Observer { get; set; }

    /// <summary>Consumes tokens; the logits after the last of them, <c>[vocabulary]</c>, valid until the next call.</summary>
    /// <exception cref="InputException">More tokens than the context holds, or a token that the model does not have.</exception>
    public ReadOnlySpan<float> Prefill(ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length);
        while (tokens.Length > _options.ChunkTokens)
        {
            Step(tokens[.._options.ChunkTokens], lastRowOnly: true);
            tokens = tokens[_options.ChunkTokens..];
        }

        Step(tokens, lastRowOnly: true);
        return _logits.Row(tokens.Length - 1);
    }

    /// <summary>Consumes one token; the logits after it, <c>[vocabulary]</c>, valid until the next call. Allocates nothing.</summary>
    public ReadOnlySpan<float> Decode(int token)
    {
        Step(new ReadOnlySpan<int>(in token), lastRowOnly: true);
        return _logits.Row(0);
    }

    /// <summary>Consumes tokens and writes the logits after each, <c>[tokens, vocabulary]</c>.</summary>
    public void Forward(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        if (logits.Length != (long)tokens.Length * VocabularySize)
        {
            throw new ArgumentException($"expected room for {tokens.Length} x {VocabularySize} logits, got {logits.Length}", nameof(logits));
        }

        while (tokens.Length > 0)
        {
            var chunk = tokens[..Math.Min(tokens.Length, _options.ChunkTokens)];
            Step(chunk, lastRowOnly: false);
            _logits.Rows(0, chunk.Length).CopyTo(logits);
            tokens = tokens[chunk.Length..];
            logits = logits[(chunk.Length * VocabularySize)..];
        }
    }

    /// <summary>Consumes tokens and shows the logits after each as they are computed, a few rows at a time; keeps none of them.</summary>
    public void Forward(ReadOnlySpan<int> tokens, LogitsVisitor visit)
    {
        for (var first = 0; first < tokens.Length; first += _options.ChunkTokens)
        {
            var chunk = tokens.Slice(first, Math.Min(tokens.Length - first, _options.ChunkTokens));
            Step(chunk, lastRowOnly: false);
            visit(first, _logits.Rows(0, chunk.Length));
        }
    }

    /// <summary>Forgets everything: position 0, all states zero.</summary>
    public void Reset()
    {
        Position = 0;
        _plan.Reset();
    }

    public void Dispose() => _workers.Dispose();

    private void Step(ReadOnlySpan<int> tokens, bool lastRowOnly)
    {
        if (_isBounded && (long)Position + tokens.Length > _options.ContextLength)
        {
            throw new InputException(_graph.Name, "context", $"at most {_options.ContextLength} tokens", $"{(long)Position + tokens.Length}");
        }

        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)_embeddingRows)
            {
                throw new InputException(_graph.Name, "token", $"an id below {_embeddingRows}", token.ToString());
            }
        }

        tokens.CopyTo(_tokens.Ints);
        if (_position is not null)
        {
            _position.Ints[0] = Position;
        }

        _plan.Run(new StepShape(tokens.Length, Position, _options.ContextLength), lastRowOnly, Observer);
        Position += tokens.Length;
    }
}
