using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Calibration;

/// <summary>Gathers statistics from the float values that a reference run shows, step by step.</summary>
public sealed class CalibrationCollector
{
    private readonly Dictionary<string, Moments> _moments = new(StringComparer.Ordinal);
    private readonly HashSet<string> _matrixInputs;
    private readonly int _widestGram;

    /// <param name="graph">Whose values will be shown.</param>
    /// <param name="widestGram">Inputs of matrices up to this width get second moments of all pairs; memory grows with its square.</param>
    public CalibrationCollector(ModelGraph graph, int widestGram = 2048)
    {
        _widestGram = widestGram;
        _matrixInputs = [.. graph.NodesOf<Linear>().Select(node => Source(node.Operands[0]).Name)];
    }

    /// <summary>Takes in rows of a value.</summary>
    /// <param name="value">A float result with one row per token.</param>
    /// <param name="rows"><c>[tokens, width]</c>.</param>
    public void Observe(Value value, ReadOnlySpan<float> rows)
    {
        var width = (int)new Shape([.. value.Type.Shape.Dims[1..]]).Elements;
        if (!_moments.TryGetValue(value.Name, out var moments))
        {
            var hasGram = _matrixInputs.Contains(value.Name) && width <= _widestGram;
            _moments.Add(value.Name, moments = new Moments { Gram = hasGram ? new double[width * width] : null });
        }

        foreach (var x in rows)
        {
            moments.AbsoluteMaximum = Math.Max(moments.AbsoluteMaximum, Math.Abs(x));
        }

        if (moments.Gram is null)
        {
            return;
        }

        for (var start = 0; start < rows.Length; start += width)
        {
            Accumulate(rows.Slice(start, width), moments.Gram);
            moments.Rows++;
        }
    }

    public CalibrationProfile Build() => new(_moments.ToDictionary(
        pair => pair.Key,
        pair => new ValueStatistics(pair.Value.AbsoluteMaximum, pair.Value.Gram is { } gram ? Symmetric(gram, pair.Value.Rows) : null),
        StringComparer.Ordinal));

    /// <summary>The value whose rows a reshape shows under another shape.</summary>
    internal static Value Source(Value value) => value.Producer is { Op: Reshape } reshape ? Source(reshape.Operands[0]) : value;

    /// <summary>Adds the upper triangle of <c>x x^T</c>.</summary>
    private static void Accumulate(ReadOnlySpan<float> x, double[] gram)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var row = gram.AsSpan(i * x.Length, x.Length);
            double xi = x[i];
            for (var j = i; j < row.Length; j++)
            {
                row[j] += xi * x[j];
            }
        }
    }

    private static double[] Symmetric(double[] upper, long rows)
    {
        var width = (int)Math.Sqrt(upper.Length);
        var gram = new double[upper.Length];
        for (var i = 0; i < width; i++)
        {
            for (var j = i; j < width; j++)
            {
                gram[(i * width) + j] = gram[(j * width) + i] = upper[(i * width) + j] / rows;
            }
        }

        return gram;
    }

    private sealed class Moments
    {
        public double AbsoluteMaximum { get; set; }

        public double[]? Gram { get; init; }

        public long Rows { get; set; }
    }
}
