using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Tests.Synthesis;

/// <summary>The estimate of tables: its fit, and its error on tables of trained models that it has not seen.</summary>
public sealed class TableEstimatorTests
{
    private const string Small = "stories260k", Large = "shakespeare-hybrid";

    [Fact]
    public void Figures_that_made_the_areas_are_found_again()
    {
        var random = new Random(3);
        var tables = Enumerable.Range(0, 20).Select(i => new ConstantTable(64 + i, 100, random.Next(500, 9_000), random.Next(500, 9_000))).ToList();
        var fitted = TableEstimator.Fit(tables.Select(table => (table, (0.7 * table.Choices) + (0.4 * table.Joins))))!;
        Assert.Equal((0.7, 0.4), (fitted.PerChoice, fitted.PerJoin), new Near(1e-9));
        Assert.Equal(20, fitted.Tables);
        Assert.InRange(fitted.HeldOut!.Value.Worst, 0, 1e-9);
    }

    [Fact]
    public void The_error_is_that_of_shapes_that_were_left_out()
    {
        // One shape of eight takes twice what the others do: within it nothing tells that, so all its tables are told half.
        var random = new Random(4);
        var tables = Enumerable.Range(0, 40).Select(i => (Table: new ConstantTable(64, 100 + (i % 8), random.Next(500, 9_000), random.Next(500, 9_000)), Factor: i % 8 == 0 ? 2.0 : 1)).ToList();
        var fitted = TableEstimator.Fit(tables.Select(sample => (sample.Table, sample.Factor * (sample.Table.Choices + sample.Table.Joins))))!;
        Assert.Equal(0.5, fitted.HeldOut!.Value.Worst, 1e-9);
        Assert.Equal(40, fitted.HeldOut!.Value.Tables);
    }

    [Fact]
    public void Too_few_shapes_tell_nothing() =>
        Assert.Null(TableEstimator.Fit(Enumerable.Range(0, 30).Select(i => (new ConstantTable(100, 100 + (i % 5), 1000 + (i * i), 900 + i), 1000.0))));

    [Fact]
    public void Counts_that_always_go_together_tell_nothing() =>
        Assert.Null(TableEstimator.Fit(Enumerable.Range(1, 30).Select(i => (new ConstantTable(100, 100 + i, 1000 * i, 2000 * i), 1500.0 * i))));

    [Theory]
    [InlineData(Small, Large)]
    [InlineData(Large, Small)]
    public void Tables_of_a_model_are_told_from_those_of_another(string known, string unknown)
    {
        var error = TableEstimator.Fit(MappedTables.Of(known, "int8"))!.ErrorOn(MappedTables.Of(unknown, "int8"))!.Value;
        Assert.InRange(error.Sum, -0.03, 0.03);
        Assert.InRange(error.Mean, 0, 0.08);
        Assert.InRange(error.Worst, 0, 0.20);
    }

    [Theory]
    [InlineData(Large, Small, "int4")]
    [InlineData(Large, Small, "ternary")]
    [InlineData(Small, Small, "int4")]
    [InlineData(Small, Small, "ternary")]
    [InlineData(Small, Large, "ternary")]
    public void Tables_of_other_codes_are_told_from_int8(string known, string unknown, string weights)
    {
        var error = TableEstimator.Fit(MappedTables.Of(known, "int8"))!.ErrorOn(MappedTables.Of(unknown, weights))!.Value;
        Assert.InRange(error.Sum, -0.10, 0.10);
        Assert.InRange(error.Mean, 0, 0.10);
        Assert.InRange(error.Worst, 0, 0.20);
    }

    [Fact]
    public void Larger_tables_of_a_chip_are_told_from_smaller_ones()
    {
        var rows = MappedTables.Of(Large, "int8").OrderBy(row => row.Item1.Bits).ToList();
        var (smaller, larger) = (rows.Where(row => row.Item1.Bits <= 140_000).ToList(), rows.Where(row => row.Item1.Bits > 140_000).ToList());
        var error = TableEstimator.Fit(smaller)!.ErrorOn(larger)!.Value;
        Assert.True(larger.Count >= 20, $"{larger.Count}");
        Assert.InRange(error.Sum, -0.05, 0.05);
        Assert.InRange(error.Worst, 0, 0.08);
    }

    [Fact]
    public void What_is_built_in_is_the_fit_to_the_int8_chips()
    {
        var fitted = TableEstimator.Fit(MappedTables.Of(Small, "int8").Concat(MappedTables.Of(Large, "int8")))!;
        Assert.Equal((fitted.PerChoice, fitted.PerJoin), (TableEstimator.BuiltIn.PerChoice, TableEstimator.BuiltIn.PerJoin), new Near(0.0006));
    }

    [Fact]
    public void A_count_that_is_wrong_is_seen()
    {
        // As if equal columns were not shared: twice the choices for one model, and the other is told too small.
        var wrong = MappedTables.Of(Small, "int8").Select(row => (row.Item1 with { Choices = 2 * row.Item1.Choices }, row.Item2));
        Assert.InRange(TableEstimator.Fit(wrong)!.ErrorOn(MappedTables.Of(Large, "int8"))!.Value.Sum, -1, -0.1);
    }

    private sealed class Near(double by) : IEqualityComparer<(double A, double B)>
    {
        public bool Equals((double A, double B) x, (double A, double B) y) => Math.Abs(x.A - y.A) <= by && Math.Abs(x.B - y.B) <= by;

        public int GetHashCode((double A, double B) obj) => 0;
    }
}
