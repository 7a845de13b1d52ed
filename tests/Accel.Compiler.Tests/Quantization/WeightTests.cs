using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Weights;

namespace Accel.Compiler.Tests.Quantization;

public sealed class WeightTests
{
    private const int Rows = 12;
    private const int Columns = 75;

    [Theory]
    [InlineData(WeightFormat.Int8, 0)]
    [InlineData(WeightFormat.Int8, 32)]
    [InlineData(WeightFormat.Int4, 0)]
    [InlineData(WeightFormat.Int4, 32)]
    [InlineData(WeightFormat.Int3, 64)]
    [InlineData(WeightFormat.Ternary, 32)]
    public void Nearest_codes_are_within_half_a_step(WeightFormat format, int group)
    {
        var weights = Randoms(Rows * Columns, 1);
        var matrix = Encode(weights, new(format, group), WeightRounding.Nearest, null);
        Assert.Equal(group == 0 ? 1 : (Columns + group - 1) / group, matrix.Groups);
        for (var i = 0; i < weights.Length; i++)
        {
            var mantissa = matrix.Data.Mantissas[(i / Columns * matrix.Groups) + (i % Columns / matrix.GroupSize)];
            var step = Math.ScaleB(mantissa, -matrix.Exponent);
            Assert.InRange(Math.Abs((int)matrix.Data.Codes[i]), 0, matrix.CodeLimit);
            // A mantissa of 13 bits or more is itself off by 2^-13 at most, times the code.
            Assert.InRange(Math.Abs((matrix.Data.Codes[i] * step) - weights[i]), 0, step * (0.5 + (matrix.CodeLimit * 2e-4)));
        }
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    [InlineData(WeightFormat.Ternary)]
    public void Each_better_rounding_lowers_the_error_of_the_outputs(WeightFormat format)
    {
        var weights = Randoms(Rows * Columns, 2);
        var gram = Gram(Columns, 3);
        double Loss(WeightRounding rounding, int sweeps) =>
            OutputError(weights, Encode(weights, new(format, 32), rounding, gram, sweeps), gram);
        var nearest = Loss(WeightRounding.Nearest, 0);
        var compensated = Loss(WeightRounding.ErrorCompensating, 0);
        var refined = Loss(WeightRounding.ErrorCompensating, 8);
        Assert.True(compensated < 0.9 * nearest, $"{compensated} {nearest}");
        Assert.True(refined < compensated, $"{refined} {compensated}");
    }

    [Fact]
    public void Least_squares_never_loses_to_the_maximum()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var weights = Randoms(32, seed);
            double Error(double scale) => weights.Sum(w => Math.Pow(w - (scale * ScaleSearch.Code(w, scale, 7)), 2));
            var ones = Enumerable.Repeat(1.0, 32).ToArray();
            Assert.True(Error(ScaleSearch.LeastSquares(weights, ones, 7)) <= Error(ScaleSearch.ByMaximum(weights, 7)));
        }
    }

    [Fact]
    public void A_matrix_of_zeros_has_codes_of_zero()
    {
        var matrix = Encode(new double[Rows * Columns], new(WeightFormat.Int4, 32), WeightRounding.ErrorCompensating, Gram(Columns, 4));
        Assert.All(matrix.Data.Codes, code => Assert.Equal(0, code));
    }

    [Fact]
    public void Inputs_that_are_always_zero_do_not_spoil_compensation()
    {
        var gram = Gram(Columns, 5);
        for (var i = 0; i < Columns; i++)
        {
            gram[(7 * Columns) + i] = gram[(i * Columns) + 7] = 0;
        }

        var weights = Randoms(Rows * Columns, 6);
        var matrix = Encode(weights, new(WeightFormat.Int4, 32), WeightRounding.ErrorCompensating, gram);
        Assert.True(OutputError(weights, matrix, gram) < OutputError(weights, Encode(weights, new(WeightFormat.Int4, 32), WeightRounding.Nearest, gram), gram));
    }

    private static WeightMatrix Encode(double[] weights, WeightScheme scheme, WeightRounding rounding, double[]? gram, int sweeps = 8) =>
        MatrixCoder.Encode("w", (double[])weights.Clone(), Rows, scheme, new QuantizationOptions { Rounding = rounding, RefinementSweeps = sweeps }, gram);

    /// <summary><c>sum over rows of (w - v)^T G (w - v)</c>.</summary>
    private static double OutputError(double[] weights, WeightMatrix matrix, double[] gram)
    {
        var total = 0.0;
        for (var row = 0; row < Rows; row++)
        {
            var error = Enumerable.Range(0, Columns).Select(c =>
                weights[(row * Columns) + c]
                - (matrix.Data.Codes[(row * Columns) + c] * Math.ScaleB(matrix.Data.Mantissas[(row * matrix.Groups) + (c / matrix.GroupSize)], -matrix.Exponent))).ToArray();
            for (var i = 0; i < Columns; i++)
            {
                for (var j = 0; j < Columns; j++)
                {
                    total += error[i] * gram[(i * Columns) + j] * error[j];
                }
            }
        }

        return total;
    }

    private static double[] Randoms(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5)];
    }

    /// <summary>Second moments of inputs that are mixtures of a few common causes.</summary>
    private static double[] Gram(int width, int seed)
    {
        var (samples, causes) = (400, 20);
        var mixing = Randoms(width * causes, seed);
        var draws = Randoms(samples * causes, seed + 100);
        var gram = new double[width * width];
        var x = new double[width];
        for (var s = 0; s < samples; s++)
        {
            for (var i = 0; i < width; i++)
            {
                x[i] = Enumerable.Range(0, causes).Sum(c => mixing[(i * causes) + c] * draws[(s * causes) + c]);
            }

            for (var i = 0; i < width * width; i++)
            {
                gram[i] += x[i / width] * x[i % width] / samples;
            }
        }

        return gram;
    }
}
