using System.Globalization;
using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Tests.Synthesis;

/// <summary>
/// Tables of weights and scales of two trained models, counted, with the gate equivalents that they took when mapped to the open 130 nm library: what <c>rtl synth</c>
/// measured, without the tables themselves. A table that two chips of a model share stands once.
/// </summary>
internal static class MappedTables
{
    private static readonly Lazy<IReadOnlyList<Row>> _all = new(Read);

    public static IReadOnlyList<Row> All => _all.Value;

    public static IEnumerable<(ConstantTable, double)> Of(string model, string? weights = null) =>
        All.Where(row => row.Model == model && (weights is null || row.Weights == weights)).Select(row => (row.Table, row.GateEquivalents));

    private static List<Row> Read()
    {
        using var stream = typeof(MappedTables).Assembly.GetManifestResourceStream("MappedTables.csv")!;
        using var reader = new StreamReader(stream);
        var rows = new List<Row>();
        _ = reader.ReadLine();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            var f = line.Split(',');
            int Number(int i) => int.Parse(f[i], CultureInfo.InvariantCulture);
            rows.Add(new(f[0], f[1], f[3], new ConstantTable(Number(4), Number(5), Number(6), Number(7)), Number(8)));
        }

        return rows;
    }

    internal sealed record Row(string Model, string Weights, string Name, ConstantTable Table, double GateEquivalents);
}
