using Accel.Compiler.Quantization.Arithmetic;
using static Accel.Compiler.Quantization.Arithmetic.FixedPoint;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>Draws tokens from integer logits, as <see cref="QuantizedSampling"/> defines it; the register's state of one text.</summary>
public sealed class IntegerSampler
{
    private readonly QuantizedSampling _sampling;
    private readonly SamplingSettings _settings;
    private ulong _register;

    public IntegerSampler(QuantizedSampling sampling, SamplingSettings settings)
    {
        (_sampling, _settings) = (sampling, settings);
        Reset();
    }

    /// <summary>Begins a new text: the register is loaded again.</summary>
    public void Reset() => _register = ShiftRegister.Loaded(_settings.State);

    /// <summary>Draws one token; allocates nothing.</summary>
    /// <param name="logits">At least as many as there are candidates.</param>
    public int Sample(ReadOnlySpan<int> logits)
    {
        var candidates = logits[.._sampling.Candidates];
        var best = Greatest(candidates);
        if (_settings.InverseTemperature == 0)
        {
            return best;
        }

        var sum = 0L;
        foreach (var logit in candidates)
        {
            sum += Weight(candidates[best], logit);
        }

        var threshold = ((long)(_register >> (64 - QuantizedSampling.DrawBits)) * sum) >> QuantizedSampling.DrawBits;
        _register = ShiftRegister.Next(_register);
        for (var token = 0; ; token++)
        {
            threshold -= Weight(candidates[best], candidates[token]);
            if (threshold < 0)
            {
                return token;
            }
        }
    }

    /// <summary>The lowest id of the greatest logit.</summary>
    private static int Greatest(ReadOnlySpan<int> logits)
    {
        var best = 0;
        for (var token = 1; token < logits.Length; token++)
        {
            best = logits[token] > logits[best] ? token : best;
        }

        return best;
    }

    /// <summary>A probability, relative to that of the greatest logit.</summary>
    private int Weight(int greatest, int logit)
    {
        var distance = Shift(((long)greatest - logit) * _settings.InverseTemperature, _sampling.DistanceShift);
        return Exp2.Negative(distance, QuantizedSampling.DistanceFraction, QuantizedSampling.ProbabilityFraction);
    }
}
