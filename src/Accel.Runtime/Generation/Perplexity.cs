using System.Numerics.Tensors;
using Accel.Core.Diagnostics;

namespace Accel.Runtime.Generation;

/// <summary>How well a model predicts a text.</summary>
/// <param name="Value"><c>exp(mean(-ln p(next token)))</c>.</param>
/// <param name="Tokens">Tokens predicted.</param>
public sealed record PerplexityResult(double Value, long Tokens);

/// <summary>Perplexity over a text in windows, each from empty state.</summary>
public static class Perplexity
{
    /// <summary>
    /// Cuts the text into windows of <paramref name="context"/> tokens; each predicts the token behind each of its tokens. The last
    /// window that has a token behind it counts only if it is whole, unless there is no whole one.
    /// </summary>
    /// <param name="session">Reset before each window; its context must hold one.</param>
    /// <param name="tokens">At least two.</param>
    /// <param name="context">Tokens per window.</param>
    /// <param name="progress">Called after each window with the tokens done.</param>
    public static PerplexityResult Measure(Session session, ReadOnlySpan<int> tokens, int context, Action<long>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens.Length, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        context = Math.Min(context, tokens.Length - 1);
        var total = 0.0;
        var count = 0L;
        for (var start = 0; start + context < tokens.Length; start += context)
        {
            session.Reset();
            var predicted = tokens.Slice(start + 1, context).ToArray();
            session.Forward(tokens.Slice(start, context), (first, rows) =>
            {
                var vocabulary = session.VocabularySize;
                for (var row = 0; row * (long)vocabulary < rows.Length; row++)
                {
                    var logits = rows.Slice(row * vocabulary, vocabulary);
                    FiniteLogits.Require(logits, session.Name, first + row);
                    total += NegativeLogProbability(logits, Known(session, predicted[first + row]));
                }
            });

            count += context;
            progress?.Invoke(count);
        }

        return new(Math.Exp(total / count), count);
    }

    private static int Known(Session session, int token) => token < session.VocabularySize
        ? token
        : throw new InputException(session.Name, "token", $"an id below {session.VocabularySize}", $"{token}");

    /// <summary><c>-ln softmax(logits)[token]</c>, summed in double.</summary>
    public static double NegativeLogProbability(ReadOnlySpan<float> logits, int token)
    {
        var max = TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp((double)logit - max);
        }

        return Math.Log(sum) + max - logits[token];
    }
}
