namespace Accel.Report.Results;

/// <summary>Float reference, integer model and compiled program over one text.</summary>
/// <param name="Perplexities">By executor, the float reference first.</param>
/// <param name="MeanDivergence">Mean of KL(float || integer), in nats.</param>
/// <param name="TopOneAgreement">Share of tokens with the same first choice, 0 to 1.</param>
/// <param name="ComparedElements">Of program and integer model.</param>
/// <param name="DifferingBits">Between program and integer model; 0 is the claim.</param>
/// <param name="FirstDifference">Where they part; null where they never do.</param>
public sealed record NumericsResult(
    long PrefillTokens, long DecodeTokens, IReadOnlyList<PerplexityResult> Perplexities, double MeanDivergence, double TopOneAgreement,
    long ComparedElements, long DifferingBits, IReadOnlyList<LayerErrorResult> Layers, string? FirstDifference = null);

/// <summary>How well an executor predicts the text.</summary>
public sealed record PerplexityResult(string Executor, double Perplexity);

/// <summary>How far a layer's output lies from the float model's.</summary>
/// <param name="RelativeError">Root of the squared error over the squared value.</param>
/// <param name="Saturated">Lanes at the limit of their format.</param>
public sealed record LayerErrorResult(string Name, double RelativeError, long Saturated);
