namespace Accel.Runtime.Tests.Blocks;

/// <summary>Seeded numbers in <c>(-scale, scale)</c>, already rounded to float32.</summary>
internal sealed class Randoms(int seed)
{
    private readonly Random _random = new(seed);

    public double[] Vector(int length, double scale = 1) =>
        [.. Enumerable.Range(0, length).Select(_ => (double)(float)(((_random.NextDouble() * 2) - 1) * scale))];

    public double[][] Rows(int rows, int columns, double scale = 1) => [.. Enumerable.Range(0, rows).Select(_ => Vector(columns, scale))];

    /// <summary>Lengths of consecutive steps that make up <paramref name="total"/>.</summary>
    public int[] Steps(int total)
    {
        var steps = new List<int>();
        while (total > 0)
        {
            steps.Add(_random.Next(1, total + 1));
            total -= steps[^1];
        }

        return [.. steps];
    }
}
