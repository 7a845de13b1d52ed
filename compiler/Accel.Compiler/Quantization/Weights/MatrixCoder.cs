namespace Accel.Compiler.Quantization.Weights;

/// <summary>Float matrix to codes, mantissas and a common exponent.</summary>
internal static class MatrixCoder
{
    /// <param name="name">The parameter.</param>
    /// <param name="weights"><c>[rows, columns]</c>, row-major; spent by error compensation.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="scheme">Codes and groups.</param>
    /// <param name="options">How codes are chosen; without second moments error compensation becomes least squares.</param>
    /// <param name="gram">Second moments of the inputs, <c>[columns, columns]</c>; or null.</param>
    public static WeightMatrix Encode(string name, double[] weights, int rows, WeightScheme scheme, QuantizationOptions options, double[]? gram)
    {
        var rounding = options.Rounding;
        var columns = weights.Length / rows;
        var limit = WeightMatrix.LimitOf(scheme.Format);
        var group = scheme.GroupSize == 0 ? columns : Math.Min(scheme.GroupSize, columns);
        var groups = (columns + group - 1) / group;
        var importance = Importance(gram, columns);
        double ScaleOf(int row, int g)
        {
            var start = g * group;
            var length = Math.Min(group, columns - start);
            var run = weights.AsSpan((row * columns) + start, length);
            return rounding == WeightRounding.Nearest ? ScaleSearch.ByMaximum(run, limit) : ScaleSearch.LeastSquares(run, importance.AsSpan(start, length), limit);
        }

        var widest = 0.0;
        for (var row = 0; row < rows; row++)
        {
            for (var g = 0; g < groups; g++)
            {
                widest = Math.Max(widest, ScaleSearch.ByMaximum(weights.AsSpan((row * columns) + (g * group), Math.Min(group, columns - (g * group))), limit));
            }
        }

        // The widest scale gets 15 of 16 bits: compensation may widen a group.
        var exponent = widest > 0 ? 14 - Math.ILogB(widest) : 0;
        ushort MantissaOf(double scale) => (ushort)Math.Clamp(Math.Round(Math.ScaleB(scale, exponent)), 1, ushort.MaxValue);

        var codes = new sbyte[weights.Length];
        var mantissas = new ushort[rows * groups];
        var compensation = rounding == WeightRounding.ErrorCompensating && gram is not null ? ErrorCompensation.Create(gram, columns) : null;
        var descent = compensation is not null && options.RefinementSweeps > 0 ? new CoordinateDescent(gram!, columns, group, limit, exponent) : null;
        var exact = new double[columns];
        for (var row = 0; row < rows; row++)
        {
            var run = weights.AsSpan(row * columns, columns);
            run.CopyTo(exact);
            for (var column = 0; column < columns; column++)
            {
                var g = column / group;
                if (column % group == 0)
                {
                    mantissas[(row * groups) + g] = MantissaOf(ScaleOf(row, g));
                }

                var scale = Math.ScaleB(mantissas[(row * groups) + g], -exponent);
                var code = ScaleSearch.Code(run[column], scale, limit);
                codes[(row * columns) + column] = (sbyte)code;
                compensation?.Spread(run, column, run[column] - (scale * code));
            }

            descent?.Refine(exact, codes.AsSpan(row * columns, columns), mantissas.AsSpan(row * groups, groups), options.RefinementSweeps);
        }

        return new WeightMatrix(name, rows, columns, scheme.Format, group, exponent) { Data = new(codes, mantissas) };
    }

    private static double[] Importance(double[]? gram, int columns)
    {
        var importance = new double[columns];
        for (var i = 0; i < columns; i++)
        {
            importance[i] = gram is null ? 1 : gram[(i * columns) + i];
        }

        // Inputs that calibration never saw still count a little.
        var floor = Math.Max(importance.Average() * 1e-3, double.Epsilon);
        for (var i = 0; i < columns; i++)
        {
            importance[i] = Math.Max(importance[i], floor);
        }

        return importance;
    }
}
