using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>How an interpreter is laid out.</summary>
/// <param name="ContextLength">Positions that a full KV cache holds.</param>
/// <param name="ChunkTokens">Most tokens of one step.</param>
/// <param name="KeyTile">Keys that attention reads at once; 0 for all. Results do not depend on it.</param>
public sealed record InterpreterOptions(int ContextLength, int ChunkTokens = 64, int KeyTile = 0);

/// <summary>
/// Executes a <see cref="QuantizedGraph"/> op by op, as its definition is written; the state of one sequence. Every value of the
/// last step can be read.
/// </summary>
public sealed class Interpreter
{
    private readonly QuantizedGraph _graph;
    private readonly InterpreterMemory _memory;
    private readonly OpExecutor[] _executors;
    private readonly bool _isBounded;

    /// <exception cref="InputException">A shape-only model, or a context that does not fit memory.</exception>
    public Interpreter(QuantizedGraph graph, InterpreterOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ContextLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ChunkTokens, 1);
        if (!graph.HasWeights)
        {
            throw new InputException(graph.Name, "weights", "a model with weights", "a shape without weights");
        }

        _graph = graph;
        _memory = new(graph, options);
        _executors = [.. graph.Ops.Select(op => OpExecutor.Create(op, _memory))];
        _isBounded = graph.States.Any(state => state is CacheState { Slots: 0 });
    }

    /// <summary>Tokens consumed so far.</summary>
    public int Position { get; private set; }

    /// <summary>Tokens of the last step.</summary>
    public int StepTokens { get; private set; }

    /// <summary>Consumes tokens, at most <see cref="InterpreterOptions.ChunkTokens"/>; allocates nothing.</summary>
    /// <exception cref="InputException">More tokens than the context holds, or a token that the model does not have.</exception>
    public void Step(ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, _memory.Options.ChunkTokens);
        if (_isBounded && (long)Position + tokens.Length > _memory.Options.ContextLength)
        {
            throw new InputException(_graph.Name, "context", $"at most {_memory.Options.ContextLength} tokens", $"{(long)Position + tokens.Length}");
        }

        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)_graph.VocabularySize)
            {
                throw new InputException(_graph.Name, "token", $"an id below {_graph.VocabularySize}", $"{token}");
            }
        }

        foreach (var executor in _executors)
        {
            executor.Run(tokens, Position);
        }

        Position += tokens.Length;
        StepTokens = tokens.Length;
    }

    /// <summary>Consumes tokens in steps of any length and writes the logits after each, <c>[tokens, vocabulary]</c> integers.</summary>
    public void Forward(ReadOnlySpan<int> tokens, Span<int> logits)
    {
        for (var start = 0; start < tokens.Length; start += _memory.Options.ChunkTokens)
        {
            var chunk = tokens[start..Math.Min(tokens.Length, start + _memory.Options.ChunkTokens)];
            Step(chunk);
            Lanes(_graph.Logits).CopyTo(logits[(start * _graph.Logits.Width)..]);
        }
    }

    /// <summary>Lanes of the last step, <c>[tokens, width]</c>.</summary>
    public ReadOnlySpan<int> Lanes(LaneValue value) => _memory.Lanes(value).AsSpan(0, StepTokens * value.Width);

    /// <summary>Codes of the last step, <c>[tokens, width]</c>.</summary>
    public ReadOnlySpan<short> Codes(CodeValue value) => _memory.Codes(value).AsSpan(0, StepTokens * value.Width);

    /// <summary>Scales of the last step, one per token.</summary>
    public ReadOnlySpan<int> Scales(CodeValue value) => _memory.Scales(value).AsSpan(0, StepTokens);

    /// <summary>Lanes of a convolution or recurrence; of a cache its scales, <c>[slot, head]</c>.</summary>
    public ReadOnlySpan<int> StateLanes(QuantizedState state) => _memory[state].Lanes;

    /// <summary>Codes of a cache, <c>[slot, head, width]</c>.</summary>
    public ReadOnlySpan<short> StateCodes(CacheState state) => _memory[state].Codes;

    /// <summary>Forgets everything: position 0, all states zero.</summary>
    public void Reset()
    {
        Position = 0;
        StepTokens = 0;
        _memory.Reset();
    }
}
