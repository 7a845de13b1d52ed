namespace Accel.Compiler.Quantization.Weights;

/// <summary>
/// Spreads a column's rounding error over the columns behind it, so that the output changes least over the calibrated inputs:
/// the rows of the Cholesky factor of the inverse of the inputs' second moments say how.
/// </summary>
/// <remarks>Source: GPTQ, arXiv 2210.17323, section 3.3.</remarks>
internal sealed class ErrorCompensation
{
    private readonly double[] _factor;
    private readonly int _columns;

    private ErrorCompensation(double[] factor, int columns) => (_factor, _columns) = (factor, columns);

    /// <param name="gram">Second moments, symmetric; a hundredth of their mean diagonal is added so that an inverse exists.</param>
    public static ErrorCompensation Create(double[] gram, int columns)
    {
        var damped = (double[])gram.Clone();
        var mean = 0.0;
        for (var i = 0; i < columns; i++)
        {
            mean += gram[(i * columns) + i] / columns;
        }

        for (var i = 0; i < columns; i++)
        {
            damped[(i * columns) + i] += Math.Max(0.01 * mean, 1e-12);
        }

        return new(UpperFactor(Inverse(LowerFactor(damped, columns), columns), columns), columns);
    }

    /// <summary>Takes a column's error off the columns behind it.</summary>
    public void Spread(Span<double> row, int column, double error)
    {
        var factor = _factor.AsSpan(column * _columns, _columns);
        var unit = error / factor[column];
        for (var j = column + 1; j < factor.Length; j++)
        {
            row[j] -= unit * factor[j];
        }
    }

    /// <summary>L of <c>A = L L^T</c>.</summary>
    private static double[] LowerFactor(double[] a, int n)
    {
        var l = new double[a.Length];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = a[(i * n) + j];
                for (var k = 0; k < j; k++)
                {
                    sum -= l[(i * n) + k] * l[(j * n) + k];
                }

                l[(i * n) + j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-300)) : sum / l[(j * n) + j];
            }
        }

        return l;
    }

    /// <summary><c>(L L^T)^-1</c>.</summary>
    private static double[] Inverse(double[] l, int n)
    {
        // M = L^-1, then M^T M.
        var m = new double[l.Length];
        for (var j = 0; j < n; j++)
        {
            m[(j * n) + j] = 1 / l[(j * n) + j];
            for (var i = j + 1; i < n; i++)
            {
                var sum = 0.0;
                for (var k = j; k < i; k++)
                {
                    sum -= l[(i * n) + k] * m[(k * n) + j];
                }

                m[(i * n) + j] = sum / l[(i * n) + i];
            }
        }

        var inverse = new double[l.Length];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = 0.0;
                for (var k = i; k < n; k++)
                {
                    sum += m[(k * n) + i] * m[(k * n) + j];
                }

                inverse[(i * n) + j] = inverse[(j * n) + i] = sum;
            }
        }

        return inverse;
    }

    /// <summary>U of <c>A = U^T U</c>, upper triangular.</summary>
    private static double[] UpperFactor(double[] a, int n)
    {
        var lower = LowerFactor(a, n);
        var upper = new double[a.Length];
        for (var i = 0; i < n; i++)
        {
            for (var j = i; j < n; j++)
            {
                upper[(i * n) + j] = lower[(j * n) + i];
            }
        }

        return upper;
    }
}
