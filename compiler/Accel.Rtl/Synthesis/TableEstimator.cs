namespace Accel.Rtl.Synthesis;

/// <summary>How far estimates were from tables that the figures had not seen.</summary>
/// <param name="Sum">Of all those tables together, too much or (below 0) too little, relative.</param>
/// <param name="Mean">Of the relative errors of the tables, without their signs.</param>
/// <param name="Worst">The greatest of them.</param>
/// <param name="Tables">How many.</param>
public readonly record struct EstimateError(double Sum, double Mean, double Worst, int Tables)
{
    /// <param name="pairs">Of each table what was told and what it takes.</param>
    internal static EstimateError Of(IReadOnlyCollection<(double Told, double Mapped)> pairs) => new(
        (pairs.Sum(pair => pair.Told) / pairs.Sum(pair => pair.Mapped)) - 1,
        pairs.Average(pair => Math.Abs((pair.Told / pair.Mapped) - 1)),
        pairs.Max(pair => Math.Abs((pair.Told / pair.Mapped) - 1)),
        pairs.Count);
}

/// <summary>
/// Gate equivalents of a table of constants as logic: so many per choice and so many per join of its <see cref="TableStructure"/>. Two figures, by least squares; a
/// table counts by its size, as the error of their sum is what a chip's area has.
/// </summary>
/// <param name="PerChoice">Gate equivalents.</param>
/// <param name="PerJoin">Gate equivalents.</param>
public sealed record TableEstimator(double PerChoice, double PerJoin)
{
    /// <summary>Tables of fewer bits are made of their corners.</summary>
    private const long LeastBits = 2048;

    /// <summary>Fewer different shapes tell less than the figures that are built in.</summary>
    private const int FewestShapes = 6;

    /// <summary>
    /// Where nothing was mapped: fitted to all tables of the int8 chips of stories260k (64 lanes) and of the bundled model (128 lanes), mapped to the open 130 nm library
    /// (sky130_fd_sc_hd, typical corner) by <c>accel rtl synth</c>. Its error on other codes and models is in the README of this folder and in the tests.
    /// </summary>
    public static TableEstimator BuiltIn { get; } = new(0.601, 0.477);

    /// <summary>Tables that it was fitted to; 0 for the figures that are built in.</summary>
    public int Tables { get; private init; }

    /// <summary>On the tables of each shape in turn (entries and width), which the figures from all others told; null for the figures that are built in.</summary>
    public EstimateError? HeldOut { get; private init; }

    /// <summary>Gate equivalents.</summary>
    public double Estimate(double choices, double joins) => (PerChoice * choices) + (PerJoin * joins);

    internal double Estimate(ConstantTable table) => Estimate(table.Choices, table.Joins);

    internal double Estimate(TableStructure table) => Estimate(table.Choices, table.Joins);

    /// <summary>How far these figures are from tables that were mapped; null where there are none of any size.</summary>
    internal EstimateError? ErrorOn(IEnumerable<(ConstantTable Table, double GateEquivalents)> mapped)
    {
        var pairs = mapped.Where(IsSample).Select(sample => (Estimate(sample.Table), sample.GateEquivalents)).ToList();
        return pairs.Count == 0 ? null : EstimateError.Of(pairs);
    }

    /// <summary>Fits the figures to tables that were mapped; null where they are too few or too much alike.</summary>
    internal static TableEstimator? Fit(IEnumerable<(ConstantTable Table, double GateEquivalents)> mapped)
    {
        var samples = mapped.Where(IsSample).ToList();
        var shapes = samples.GroupBy(sample => (sample.Table.Entries, sample.Table.Width)).ToList();
        if (shapes.Count < FewestShapes || Solve(samples) is not { } all)
        {
            return null;
        }

        var told = new List<(double, double)>();
        foreach (var shape in shapes)
        {
            if (Solve(shapes.Where(other => other != shape).SelectMany(other => other)) is { } others)
            {
                told.AddRange(shape.Select(sample => (others.Estimate(sample.Table), sample.GateEquivalents)));
            }
        }

        return told.Count == 0 ? null : all with { Tables = samples.Count, HeldOut = EstimateError.Of(told) };
    }

    private static bool IsSample((ConstantTable Table, double GateEquivalents) sample) => sample.Table.Bits >= LeastBits && sample.GateEquivalents > 0;

    /// <summary>Least squares of the errors, each divided by the root of the table's size; null where the two counts always go together or a figure would fall below 0.</summary>
    private static TableEstimator? Solve(IEnumerable<(ConstantTable Table, double GateEquivalents)> samples)
    {
        var (cc, cj, jj, c, j) = (0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var (table, gates) in samples)
        {
            var (choices, joins) = ((double)table.Choices, (double)table.Joins);
            cc += choices * choices / gates;
            cj += choices * joins / gates;
            jj += joins * joins / gates;
            c += choices;
            j += joins;
        }

        var determinant = (cc * jj) - (cj * cj);
        if (!(determinant > 1e-6 * cc * jj))
        {
            return null;
        }

        var (perChoice, perJoin) = (((c * jj) - (j * cj)) / determinant, ((j * cc) - (c * cj)) / determinant);
        return perChoice >= 0 && perJoin >= 0 ? new(perChoice, perJoin) : null;
    }
}
