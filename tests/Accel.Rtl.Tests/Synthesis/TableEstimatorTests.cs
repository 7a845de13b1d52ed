using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Tests.Synthesis;

public sealed class TableEstimatorTests
{
    [Fact]
    public void Figures_that_made_the_areas_are_found_again()
    {
        var random = new Random(3);
        var tables = Enumerable.Range(0, 20).Select(_ => new ConstantTable(random.Next(32, 512), random.Next(64, 512), 0, random.Next(5_000, 90_000))).ToList();
        var fitted = TableEstimator.Fit(tables.Select(table => (table, (0.15 * table.InformationBits) + (2 * table.Entries) + (3 * table.Width))))!;
        Assert.Equal(0.15, fitted.PerBit, 0.003);
        Assert.Equal(2, fitted.PerEntry, 0.4);
        Assert.Equal(3, fitted.PerColumn, 0.4);
        Assert.InRange(fitted.WorstError, 0, 0.01);
    }

    [Fact]
    public void The_error_is_that_of_tables_that_were_left_out()
    {
        // Areas that nothing explains: half of the tables twice as large as the other half.
        var tables = Enumerable.Range(0, 16).Select(i => (new ConstantTable(100, 100, 0, 8000), i % 2 == 0 ? 1000.0 : 2000)).ToList();
        var fitted = TableEstimator.Fit(tables)!;
        Assert.InRange(fitted.MeanError, 0.25, 0.6);
        Assert.Equal(16, fitted.Tables);
    }

    [Fact]
    public void Too_few_tables_tell_nothing() =>
        Assert.Null(TableEstimator.Fit(Enumerable.Range(0, 7).Select(i => (new ConstantTable(100, 100 + i, 0, 8000), 1000.0))));
}
