using Accel.Core.Diagnostics;

namespace Accel.Compiler.Quantization;

/// <summary>How a token is drawn from a model's logits, in integers. README, "Sampling".</summary>
/// <param name="Candidates">Ids below this are drawn: the rows of the embedding, as far as there are logits.</param>
/// <param name="DistanceShift">Behind the product of a logit's distance from the greatest with the inverse temperature.</param>
public sealed record QuantizedSampling(int Candidates, int DistanceShift)
{
    /// <summary>Fraction bits of the inverse temperature, in units of log2.</summary>
    public const int TemperatureFraction = 12;

    /// <summary>Fraction bits of a distance, in units of log2.</summary>
    public const int DistanceFraction = 16;

    /// <summary>Fraction bits of a probability before it is divided by the sum.</summary>
    public const int ProbabilityFraction = 20;

    /// <summary>Bits of the register that a draw takes, from the top.</summary>
    public const int DrawBits = 24;

    /// <summary>More candidates than this would not leave room for the product of sum and draw in 62 bits.</summary>
    public const int MostCandidates = 1 << 18;

    /// <summary>A difference of logits has 32 bits, the inverse temperature 16: a left shift by more than 14 would leave 62 bits.</summary>
    private const int LeastFraction = -14 + DistanceFraction - TemperatureFraction;

    /// <exception cref="InputException">Too many ids, or logits in a format too coarse to tell probabilities apart.</exception>
    public static QuantizedSampling Of(QuantizedGraph graph)
    {
        var candidates = Math.Min(graph.VocabularySize, graph.Logits.Width);
        if (candidates > MostCandidates)
        {
            throw new InputException(graph.Name, "vocabulary", $"at most {MostCandidates} tokens to draw from", $"{candidates}");
        }

        var format = graph.Logits.Format;
        return format.Fraction >= LeastFraction
            ? new(candidates, format.Fraction + TemperatureFraction - DistanceFraction)
            : throw new InputException(graph.Name, "logits", $"at least {LeastFraction} fraction bits", $"{format}");
    }
}

/// <summary>What chooses a text, beside the model.</summary>
/// <param name="InverseTemperature"><c>round(2^12 log2(e) / temperature)</c>, 16 bits unsigned; 0 takes the greatest logit.</param>
/// <param name="State">Of the shift register when a text begins; 0 stands for 1.</param>
public readonly record struct SamplingSettings(ushort InverseTemperature, ulong State)
{
    /// <summary>The greatest logit, always.</summary>
    public static SamplingSettings Greedy => default;

    /// <param name="temperature">0 for greedy; else logits are divided by it.</param>
    /// <param name="seed">Same seed, same text.</param>
    /// <exception cref="InputException">A temperature whose inverse 16 bits cannot hold.</exception>
    public static SamplingSettings Of(double temperature, ulong seed)
    {
        if (temperature == 0)
        {
            return Greedy;
        }

        var inverse = Math.Round(Math.ScaleB(Math.Log2(Math.E) / temperature, QuantizedSampling.TemperatureFraction));
        return inverse is >= 1 and <= ushort.MaxValue
            ? new((ushort)inverse, Arithmetic.ShiftRegister.StateOf(seed))
            : throw new InputException("temperature", "", "0 for greedy, or 0.0902 to 5900", temperature.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
