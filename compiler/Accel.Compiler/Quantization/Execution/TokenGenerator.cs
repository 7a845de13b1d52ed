using Accel.Core.Diagnostics;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>
/// Continues prompts: the prompt's tokens go in one by one, then each drawn token is the next input. What a chip of the model does.
/// </summary>
public sealed class TokenGenerator(QuantizedGraph graph, int contextLength)
{
    private readonly Interpreter _interpreter = new(graph, new InterpreterOptions(contextLength, ChunkTokens: 1));
    private readonly QuantizedSampling _sampling = QuantizedSampling.Of(graph);

    /// <summary>Called behind every step with its position, when the interpreter still holds every value of it.</summary>
    public Action<int, Interpreter>? Observer { get; set; }

    /// <summary>Draws <paramref name="count"/> tokens behind a prompt, from empty state.</summary>
    /// <exception cref="InputException">An empty prompt, a token that is none, or more positions than the context has.</exception>
    public int[] Continue(ReadOnlySpan<int> prompt, int count, SamplingSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (prompt.IsEmpty)
        {
            throw new InputException(graph.Name, "prompt", "at least one token", "none");
        }

        var sampler = new IntegerSampler(_sampling, settings);
        var drawn = new int[count];
        Span<int> input = stackalloc int[1];
        _interpreter.Reset();
        for (var position = 0; position < prompt.Length + count - 1; position++)
        {
            input[0] = position < prompt.Length ? prompt[position] : drawn[position - prompt.Length];
            _interpreter.Step(input);
            Observer?.Invoke(position, _interpreter);
            if (position >= prompt.Length - 1)
            {
                drawn[position - prompt.Length + 1] = sampler.Sample(_interpreter.Lanes(graph.Logits));
            }
        }

        return drawn;
    }
}
