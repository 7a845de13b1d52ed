using Accel.Rtl.ConstantMatrix;

namespace Accel.Rtl.Tests.ConstantMatrix;

/// <summary>Matrices to test with, each from a seed.</summary>
internal static class Matrices
{
    public static IntegerMatrix Uniform(int inputs, int outputs, int least, int most, int seed)
    {
        var random = new Random(seed);
        return Of(inputs, outputs, (_, _) => random.Next(least, most + 1));
    }

    /// <summary>Normal with mean 0, rounded, kept within int4.</summary>
    public static IntegerMatrix Bell(int inputs, int outputs, double deviation, int seed)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Of(inputs, outputs, (_, _) => (int)Math.Clamp(Math.Round(Normal() * deviation), -8, 7));
    }

    /// <summary>Small matrices for simulation: one of each kind of weight, and one with a zero, a negated, a shifted and an equal output.</summary>
    public static IntegerMatrix Small(string kind) => kind switch
    {
        "int4" => Uniform(16, 12, -8, 7, 1),
        "ternary" => Uniform(24, 16, -1, 1, 2),
        "int8" => Uniform(8, 8, -128, 127, 3),
        _ => new(3, 7, [0, -1, 4, -4, -8, 1, 1, 0, 0, 0, -2, -8, 0, 1, 0, 0, 0, -1, -8, 0, 1]),
    };

    public static IntegerMatrix Of(int inputs, int outputs, Func<int, int, int> weight)
    {
        var weights = new int[inputs * outputs];
        for (var k = 0; k < weights.Length; k++)
        {
            weights[k] = weight(k / outputs, k % outputs);
        }

        return new(inputs, outputs, weights);
    }
}
