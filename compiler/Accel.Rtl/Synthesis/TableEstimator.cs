namespace Accel.Rtl.Synthesis;

/// <summary>
/// Gate equivalents of a table of weights as logic: so many per bit that it tells, so many per entry for the decoding of its address, so many per column
/// for what drives it. The three are found by least squares, each table weighted by its size, so that it is the relative error that counts.
/// </summary>
/// <param name="PerBit">Gate equivalents per bit of information.</param>
/// <param name="PerEntry">Gate equivalents per constant.</param>
/// <param name="PerColumn">Gate equivalents per bit of a constant.</param>
public sealed record TableEstimator(double PerBit, double PerEntry, double PerColumn)
{
    private const int Terms = 3;

    /// <summary>Fewer tables do not tell three figures and an error.</summary>
    private const int FewestTables = 8;

    /// <summary>Tables of less information are made of their corners.</summary>
    private const double LeastBits = 2048;

    /// <summary>Mean relative error on tables that were left out of the fit, one after another.</summary>
    public double MeanError { get; private init; }

    /// <summary>The greatest of them.</summary>
    public double WorstError { get; private init; }

    /// <summary>Tables that it was fitted to.</summary>
    public int Tables { get; private init; }

    public double Estimate(double informationBits, long entries, int columns) => (PerBit * informationBits) + (PerEntry * entries) + (PerColumn * columns);

    /// <summary>Fits the figures to tables that were mapped; null where they are too few.</summary>
    internal static TableEstimator? Fit(IEnumerable<(ConstantTable Table, double GateEquivalents)> mapped)
    {
        var samples = mapped.Where(sample => sample.Table.InformationBits >= LeastBits && sample.GateEquivalents > 0).ToList();
        if (samples.Count < FewestTables || Solve(samples, -1) is not { } all)
        {
            return null;
        }

        var errors = new List<double>();
        for (var left = 0; left < samples.Count; left++)
        {
            if (Solve(samples, left) is { } others)
            {
                errors.Add(Math.Abs((others.Estimate(samples[left].Table) / samples[left].GateEquivalents) - 1));
            }
        }

        return errors.Count == 0 ? null : all with { MeanError = errors.Average(), WorstError = errors.Max(), Tables = samples.Count };
    }

    internal double Estimate(ConstantTable table) => Estimate(table.InformationBits, table.Entries, table.Width - table.IdleColumns);

    private static TableEstimator? Solve(List<(ConstantTable Table, double GateEquivalents)> samples, int leftOut)
    {
        var normal = new double[Terms, Terms + 1];
        for (var s = 0; s < samples.Count; s++)
        {
            if (s == leftOut)
            {
                continue;
            }

            var (table, gates) = samples[s];
            ReadOnlySpan<double> terms = [table.InformationBits / gates, table.Entries / gates, (table.Width - table.IdleColumns) / gates];
            for (var i = 0; i < Terms; i++)
            {
                for (var j = 0; j < Terms; j++)
                {
                    normal[i, j] += terms[i] * terms[j];
                }

                normal[i, Terms] += terms[i];
            }
        }

        // Terms that always go together, as entries and bits of tables of one width do, must not cancel each other out: a little of nothing for each.
        for (var i = 0; i < Terms; i++)
        {
            normal[i, i] *= 1 + 1e-3;
        }

        return Solution(normal) is [var bit, var entry, var column] ? new(bit, entry, column) : null;
    }

    /// <summary>Gauss and Jordan; null for a system that has no one solution.</summary>
    private static double[]? Solution(double[,] system)
    {
        for (var i = 0; i < Terms; i++)
        {
            if (Math.Abs(system[i, i]) < 1e-12)
            {
                return null;
            }

            for (var row = 0; row < Terms; row++)
            {
                var factor = system[row, i] / system[i, i];
                for (var column = i; row != i && column <= Terms; column++)
                {
                    system[row, column] -= factor * system[i, column];
                }
            }
        }

        return [.. Enumerable.Range(0, Terms).Select(i => system[i, Terms] / system[i, i])];
    }
}
