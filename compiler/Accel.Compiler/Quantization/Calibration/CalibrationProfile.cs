namespace Accel.Compiler.Quantization.Calibration;

/// <summary>What was seen of a value of the float graph.</summary>
/// <param name="AbsoluteMaximum">Over all elements and tokens.</param>
/// <param name="Gram">For inputs of matrices: the mean over tokens of <c>x[i] x[j]</c>, <c>[width, width]</c> row-major; or null.</param>
public sealed record ValueStatistics(double AbsoluteMaximum, double[]? Gram = null);

/// <summary>Statistics of a float run over calibration text, by value name.</summary>
public sealed class CalibrationProfile(IReadOnlyDictionary<string, ValueStatistics> values)
{
    /// <summary>A profile of nothing: every format takes its default range.</summary>
    public static CalibrationProfile Empty { get; } = new(new Dictionary<string, ValueStatistics>());

    public bool IsEmpty => values.Count == 0;

    /// <summary>The statistics of a value, or null if it was not seen.</summary>
    public ValueStatistics? Find(string name) => values.GetValueOrDefault(name);
}
