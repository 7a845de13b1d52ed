namespace Accel.Graph.Ops;

/// <summary>
/// The frequencies of <see cref="Rope"/>: radians per position and pair, <c>[r/2]</c> for <c>r</c> rotary elements, and the schemes
/// by which published models stretch them beyond the context they were trained on. Every method gives a new array.
/// </summary>
/// <remarks>Source: huggingface/transformers, modeling_rope_utils.py, whose names the schemes bear.</remarks>
public static class RopeFrequencies
{
    /// <summary><c>theta^(-2i / r)</c> for <c>i = 0 .. r/2 - 1</c>.</summary>
    /// <param name="theta">The base, above 0.</param>
    /// <param name="rotaryDims">Rotating elements of a head: even, and not above the head's width.</param>
    public static double[] Default(double theta, long rotaryDims)
    {
        RequirePositive(theta, nameof(theta));
        if (rotaryDims < 2 || rotaryDims % 2 != 0)
        {
            throw new IrException("rope", nameof(rotaryDims), "an even number of at least 2", $"{rotaryDims}");
        }

        var frequencies = new double[rotaryDims / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = Math.Pow(theta, -2.0 * i / rotaryDims);
        }

        return frequencies;
    }

    /// <summary>Position interpolation: every frequency divided by the factor.</summary>
    public static double[] Linear(double[] frequencies, double factor)
    {
        RequirePositive(factor, nameof(factor));
        return [.. frequencies.Select(frequency => frequency / factor)];
    }

    /// <summary>
    /// Llama 3.1: wavelengths up to <c>originalContext / high</c> stay, those beyond <c>originalContext / low</c> are divided by the
    /// factor, those between are blended by how many turns fit the original context.
    /// </summary>
    public static double[] Llama3(double[] frequencies, double factor, double low, double high, double originalContext)
    {
        RequirePositive(factor, nameof(factor));
        RequirePositive(originalContext, nameof(originalContext));
        if (!(low > 0 && high > low))
        {
            throw new IrException("rope", "high_freq_factor", $"more than low_freq_factor, which is above 0 (it is {low})", $"{high}");
        }

        return [.. frequencies.Select(frequency =>
        {
            var turns = originalContext * frequency / (2 * Math.PI);
            if (turns > high)
            {
                return frequency;
            }

            var kept = turns < low ? 0 : (turns - low) / (high - low);
            return (frequency * kept) + (frequency / factor * (1 - kept));
        })];
    }

    /// <summary>
    /// YaRN: pairs that turn more than <paramref name="betaFast"/> times within the original context keep their frequency, those
    /// that turn less than <paramref name="betaSlow"/> times are divided by the factor, a ramp over the pairs lies between.
    /// </summary>
    /// <param name="theta">The base that made <paramref name="frequencies"/>; the ramp's ends are computed from it.</param>
    /// <param name="truncate">The ramp's ends are rounded outwards to whole pairs; gpt-oss leaves them as they are.</param>
    /// <remarks>
    /// The original context is that of pre-training, not the longest the model takes. The factor on cosine and sine is
    /// <see cref="YarnMagnitude"/>.
    /// </remarks>
    public static double[] Yarn(
        double[] frequencies, double theta, double factor, double originalContext, double betaFast = 32, double betaSlow = 1, bool truncate = true)
    {
        RequirePositive(factor, nameof(factor));
        var (low, high) = YarnRamp(frequencies.Length, theta, originalContext, betaFast, betaSlow, truncate);
        return [.. frequencies.Select((frequency, pair) =>
        {
            var ramp = Math.Clamp((pair - low) / (high - low), 0, 1);
            return (frequency / factor * ramp) + (frequency * (1 - ramp));
        })];
    }

    /// <summary>YaRN's ramp: the pairs, whole or not, where it starts and ends.</summary>
    public static (double Low, double High) YarnRamp(
        int pairs, double theta, double originalContext, double betaFast = 32, double betaSlow = 1, bool truncate = true)
    {
        RequirePositive(originalContext, nameof(originalContext));
        if (!(theta > 1))
        {
            throw new IrException("rope", nameof(theta), "more than 1", $"{theta}");
        }

        if (!(betaSlow > 0 && betaFast > betaSlow))
        {
            throw new IrException("rope", "beta_fast", $"more than beta_slow, which is above 0 (it is {betaSlow})", $"{betaFast}");
        }

        var dims = 2 * pairs;
        // The pair that turns so many times within the original context.
        double PairOf(double turns) => dims * Math.Log(originalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
        var (low, high) = (PairOf(betaFast), PairOf(betaSlow));
        if (truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, dims - 1));
        // The published code widens a ramp of no length so that it does not divide by zero.
        return (low, low == high ? high + 0.001 : high);
    }

    /// <summary>
    /// YaRN's factor on cosine and sine. With one argument <c>0.1 ln(factor) + 1</c>; with both of DeepSeek's the ratio of
    /// <c>0.1 mscale ln(factor) + 1</c> to the same of <paramref name="mscaleAllDim"/>, whose square belongs to attention's scale.
    /// </summary>
    public static double YarnMagnitude(double factor, double mscale = 1, double mscaleAllDim = 0) =>
        YarnScale(factor, mscale) / YarnScale(factor, mscaleAllDim);

    /// <summary><c>0.1 mscale ln(factor) + 1</c>, and 1 for a factor that does not stretch.</summary>
    public static double YarnScale(double factor, double mscale = 1) => factor <= 1 ? 1 : (0.1 * mscale * Math.Log(factor)) + 1;

    /// <summary>
    /// LongRoPE (Phi-3): each frequency divided by a published factor of its own. The long list serves sequences beyond the
    /// original context, the short one the others; a graph holds one of them. The factor on cosine and sine is
    /// <see cref="LongRopeMagnitude"/>.
    /// </summary>
    public static double[] LongRope(double[] frequencies, ReadOnlySpan<double> factors)
    {
        RequireOnePerPair(frequencies.Length, factors.Length);
        var stretched = new double[frequencies.Length];
        for (var i = 0; i < stretched.Length; i++)
        {
            RequirePositive(factors[i], $"factor {i}");
            stretched[i] = frequencies[i] / factors[i];
        }

        return stretched;
    }

    /// <summary>LongRoPE's factor on cosine and sine: <c>sqrt(1 + ln(context / original) / ln(original))</c>; 1 if nothing is stretched.</summary>
    public static double LongRopeMagnitude(double context, double originalContext)
    {
        if (!(originalContext > 1))
        {
            throw new IrException("rope", nameof(originalContext), "more than 1", $"{originalContext}");
        }

        return context <= originalContext ? 1 : Math.Sqrt(1 + (Math.Log(context / originalContext) / Math.Log(originalContext)));
    }

    /// <summary>Each frequency over the divisor that a GGUF file stores for it in <c>rope_freqs.weight</c>.</summary>
    public static double[] WithDivisors(double[] frequencies, ReadOnlySpan<float> divisors)
    {
        var wide = new double[divisors.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = divisors[i];
        }

        return LongRope(frequencies, wide);
    }

    private static void RequireOnePerPair(int pairs, int factors)
    {
        if (factors != pairs)
        {
            throw new IrException("rope", "factors", $"{pairs}, one per pair", $"{factors}");
        }
    }

    private static void RequirePositive(double value, string name)
    {
        if (!(value > 0) || double.IsInfinity(value))
        {
            throw new IrException("rope", name, "a finite number above 0", $"{value}");
        }
    }
}
