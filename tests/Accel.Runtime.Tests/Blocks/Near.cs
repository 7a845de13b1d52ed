namespace Accel.Runtime.Tests.Blocks;

/// <summary>Equality of float32 results with float64 ones.</summary>
internal static class Near
{
    public const double Tolerance = 1e-5;

    /// <summary>Every number within the tolerance, relative above 1.</summary>
    public static void Equal(double[][] expected, double[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var row = 0; row < expected.Length; row++)
        {
            Assert.Equal(expected[row].Length, actual[row].Length);
            for (var i = 0; i < expected[row].Length; i++)
            {
                var error = Math.Abs(expected[row][i] - actual[row][i]);
                Assert.True(error <= Tolerance * Math.Max(1, Math.Abs(expected[row][i])), $"[{row}, {i}]: expected {expected[row][i]}, found {actual[row][i]}");
            }
        }
    }

    /// <summary>The first columns only.</summary>
    public static void Equal(double[][] expected, double[][] actual, int columns) => Equal(expected, [.. actual.Select(row => row[..columns])]);

    public static void Equal(double[] expected, double[] actual) => Equal([expected], [actual]);
}
