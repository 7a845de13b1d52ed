using System.Numerics.Tensors;

namespace Accel.Runtime.Generation;

/// <summary>How the next token is drawn from logits.</summary>
/// <param name="Temperature">0 for the greatest logit (the lowest id on ties); else logits are divided by it.</param>
/// <param name="TopK">Only the k most likely; 0 for all.</param>
/// <param name="TopP">Only the fewest that together reach this probability; 1 for all.</param>
/// <param name="Seed">Same seed, same text.</param>
public sealed record SamplerOptions(double Temperature = 0, int TopK = 0, double TopP = 1, ulong Seed = 1);

/// <summary>Draws tokens: temperature, then top-k, then top-p, then one draw of a seeded generator.</summary>
public sealed class Sampler
{
    private readonly SamplerOptions _options;
    private ulong _state;
    private float[] _probabilities = [];
    private int[] _ids = [];

    public Sampler(SamplerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Temperature);
        ArgumentOutOfRangeException.ThrowIfNegative(options.TopK);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.TopP);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.TopP, 1);
        _options = options;
        _state = options.Seed;
    }

    public int Sample(ReadOnlySpan<float> logits)
    {
        if (_options.Temperature == 0)
        {
            return TensorPrimitives.IndexOfMax(logits);
        }

        if (_probabilities.Length != logits.Length)
        {
            _probabilities = new float[logits.Length];
            _ids = new int[logits.Length];
        }

        // The greatest goes first, in double, so that no temperature overflows; Keep's cut needs probabilities, so they are normed.
        var max = (double)TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp((logit - max) / _options.Temperature);
        }

        for (var i = 0; i < logits.Length; i++)
        {
            _probabilities[i] = (float)(Math.Exp((logits[i] - max) / _options.Temperature) / sum);
        }

        var kept = Keep();
        var total = 0.0;
        for (var i = 0; i < kept; i++)
        {
            total += _probabilities[i];
        }

        var draw = NextUniform() * total;
        for (var i = 0; i < kept; i++)
        {
            draw -= _probabilities[i];
            if (draw < 0)
            {
                return _ids[i];
            }
        }

        return _ids[kept - 1];
    }

    /// <summary>Orders ids by falling probability (the lower id first on ties) where a cut is asked for; how many are kept.</summary>
    private int Keep()
    {
        for (var i = 0; i < _ids.Length; i++)
        {
            _ids[i] = i;
        }

        var limit = _options.TopK == 0 ? _ids.Length : Math.Min(_options.TopK, _ids.Length);
        if (limit == _ids.Length && _options.TopP >= 1)
        {
            return limit;
        }

        // Keys are negated so that the ascending, id-stable order is the falling order of probability.
        TensorPrimitives.Negate(_probabilities, _probabilities);
        Array.Sort(_probabilities, _ids);
        TensorPrimitives.Negate(_probabilities, _probabilities);
        SettleTies();
        var sum = 0.0;
        for (var i = 0; i < limit; i++)
        {
            sum += _probabilities[i];
            if (sum >= _options.TopP)
            {
                return i + 1;
            }
        }

        return limit;
    }

    /// <summary>The library's sort is not stable: equal probabilities are put in order of id.</summary>
    private void SettleTies()
    {
        for (var start = 0; start < _ids.Length;)
        {
            var end = start + 1;
            while (end < _ids.Length && _probabilities[end] == _probabilities[start])
            {
                end++;
            }

            Array.Sort(_ids, start, end - start);
            start = end;
        }
    }

    /// <summary>SplitMix64's next output, scaled to [0, 1).</summary>
    private double NextUniform()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
