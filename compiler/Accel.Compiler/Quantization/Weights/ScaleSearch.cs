namespace Accel.Compiler.Quantization.Weights;

/// <summary>The scale of a group of weights.</summary>
internal static class ScaleSearch
{
    /// <summary>The scale that brings the greatest weight to the greatest code.</summary>
    public static double ByMaximum(ReadOnlySpan<double> weights, int limit)
    {
        var greatest = 0.0;
        foreach (var w in weights)
        {
            greatest = Math.Max(greatest, Math.Abs(w));
        }

        return greatest / limit;
    }

    /// <summary>
    /// The scale of least <c>sum h (w - s code)^2</c>: a walk over shrunken maxima, each refined by the best scale for the codes that
    /// it gives.
    /// </summary>
    /// <param name="weights">One group.</param>
    /// <param name="importance">h, one per weight; not negative.</param>
    /// <param name="limit">The greatest code.</param>
    public static double LeastSquares(ReadOnlySpan<double> weights, ReadOnlySpan<double> importance, int limit)
    {
        const int Steps = 60;
        var widest = ByMaximum(weights, limit);
        var (best, bestError) = (widest, Error(weights, importance, limit, widest));
        for (var step = 0; widest > 0 && step < Steps; step++)
        {
            // Ternary codes want scales well below the maximum; int8 ones hardly below it.
            var scale = widest * (1 - ((limit == 1 ? 0.75 : 0.5) * step / Steps));
            for (var round = 0; round < 2; round++)
            {
                var error = Error(weights, importance, limit, scale);
                if (error < bestError)
                {
                    (best, bestError) = (scale, error);
                }

                scale = Refit(weights, importance, limit, scale);
            }
        }

        return best;
    }

    public static int Code(double weight, double scale, int limit) =>
        scale == 0 ? 0 : (int)Math.Clamp(Math.Round(weight / scale, MidpointRounding.AwayFromZero), -limit, limit);

    private static double Error(ReadOnlySpan<double> weights, ReadOnlySpan<double> importance, int limit, double scale)
    {
        var error = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            var rest = weights[i] - (scale * Code(weights[i], scale, limit));
            error += importance[i] * rest * rest;
        }

        return error;
    }

    private static double Refit(ReadOnlySpan<double> weights, ReadOnlySpan<double> importance, int limit, double scale)
    {
        var (product, square) = (0.0, 0.0);
        for (var i = 0; i < weights.Length; i++)
        {
            var code = Code(weights[i], scale, limit);
            product += importance[i] * weights[i] * code;
            square += importance[i] * code * code;
        }

        return square > 0 && product > 0 ? product / square : scale;
    }
}
