using System.Text.RegularExpressions;

namespace Accel.Compiler.Quantization;

/// <summary>How far one value of the integer model lies from the float model's.</summary>
/// <param name="Value">The value's name.</param>
/// <param name="RelativeError">Root of the squared error over the squared float value.</param>
/// <param name="Saturated">Lanes at the limit of their format.</param>
public sealed record ValueError(string Value, double RelativeError, long Saturated);

/// <summary>What quantisation costs, measured over a text.</summary>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="FloatPerplexity">Of the float model.</param>
/// <param name="Perplexity">Of the integer model.</param>
/// <param name="MeanDivergence">Mean over tokens of <c>KL(float || integer)</c>, in nats.</param>
/// <param name="TopOneAgreement">Share of tokens for which both put the same token first.</param>
/// <param name="Values">Per value, in order of computation.</param>
public sealed partial record QuantizationReport(
    long Tokens, double FloatPerplexity, double Perplexity, double MeanDivergence, double TopOneAgreement, IReadOnlyList<ValueError> Values)
{
    /// <summary>How much the perplexity grew; 0.01 is one per cent.</summary>
    public double PerplexityLoss => (Perplexity / FloatPerplexity) - 1;

    /// <summary>Of <see cref="Values"/> those between layers: the embedding, the output of each layer, the logits.</summary>
    public IEnumerable<ValueError> LayerOutputs => Values.Where(value => LayerOutput().IsMatch(value.Value));

    [GeneratedRegex(@"^(embedding|layers\.\d+|logits)$")]
    private static partial Regex LayerOutput();
}

/// <summary>Compares float and integer values as both models run over the same text.</summary>
public sealed class QuantizationMeter(QuantizedGraph graph)
{
    private readonly Dictionary<string, Errors> _errors = new(StringComparer.Ordinal);
    private double _floatLoss;
    private double _loss;
    private double _divergence;
    private long _tokens;
    private long _agreements;

    /// <summary>Takes in the same rows of one value from both models.</summary>
    public void Observe(LaneValue value, ReadOnlySpan<float> exact, ReadOnlySpan<int> lanes)
    {
        if (!_errors.TryGetValue(value.Name, out var errors))
        {
            _errors.Add(value.Name, errors = new Errors());
        }

        for (var i = 0; i < exact.Length; i++)
        {
            var difference = value.Format.ToReal(lanes[i]) - exact[i];
            errors.Squares += difference * difference;
            errors.Signal += (double)exact[i] * exact[i];
            errors.Saturated += Math.Abs(lanes[i]) == value.Format.Limit ? 1 : 0;
        }
    }

    /// <summary>Takes in the logits of both models before a token.</summary>
    public void Predict(ReadOnlySpan<float> exact, ReadOnlySpan<int> logits, int next)
    {
        var scale = Math.ScaleB(1, -graph.Logits.Format.Fraction);
        var (greatest, greatestInteger) = (0, 0);
        for (var i = 1; i < exact.Length; i++)
        {
            greatest = exact[i] > exact[greatest] ? i : greatest;
            greatestInteger = logits[i] > logits[greatestInteger] ? i : greatestInteger;
        }

        var (sum, integerSum) = (0.0, 0.0);
        for (var i = 0; i < exact.Length; i++)
        {
            sum += Math.Exp((double)exact[i] - exact[greatest]);
            integerSum += Math.Exp(((double)logits[i] - logits[greatestInteger]) * scale);
        }

        var (partition, integerPartition) = (Math.Log(sum) + exact[greatest], Math.Log(integerSum) + (logits[greatestInteger] * scale));
        for (var i = 0; i < exact.Length; i++)
        {
            var logProbability = exact[i] - partition;
            _divergence += Math.Exp(logProbability) * (logProbability - ((logits[i] * scale) - integerPartition));
        }

        _floatLoss += partition - exact[next];
        _loss += integerPartition - (logits[next] * scale);
        _agreements += greatest == greatestInteger ? 1 : 0;
        _tokens++;
    }

    public QuantizationReport Report() => new(
        _tokens,
        Math.Exp(_floatLoss / _tokens),
        Math.Exp(_loss / _tokens),
        _divergence / _tokens,
        (double)_agreements / _tokens,
        [
            .. graph.Values.OfType<LaneValue>().Where(value => _errors.ContainsKey(value.Name)).Select(value =>
            {
                var errors = _errors[value.Name];
                return new ValueError(value.Name, errors.Signal > 0 ? Math.Sqrt(errors.Squares / errors.Signal) : 0, errors.Saturated);
            }),
        ]);

    private sealed class Errors
    {
        public double Squares { get; set; }

        public double Signal { get; set; }

        public long Saturated { get; set; }
    }
}
