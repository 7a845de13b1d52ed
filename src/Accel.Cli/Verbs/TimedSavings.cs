using System.Globalization;
using System.Text.Json;
using Accel.Cli.Integer;
using Accel.Compiler.Passes;
using Accel.Core.Units;
using Accel.Sim.Timing;

namespace Accel.Cli.Verbs;

/// <summary>What each pass saves in cycles and bytes: the work compiled and simulated once with all of them, once without each, once with none.</summary>
internal sealed class TimedSavings
{
    /// <param name="Left">What was left out.</param>
    private sealed record Row(string Left, long Cycles, long Bytes);

    private readonly TimedModel _whole;
    private readonly List<Row> _rows = [];

    private TimedSavings(TimedModel whole) => _whole = whole;

    public static TimedSavings Of(TimedModel whole, Terminal terminal)
    {
        var names = PassPipeline.Passes.Where(pass => pass is not Canonicalise).Select(pass => pass.Name).ToList();
        var savings = new TimedSavings(whole);
        var progress = new Progress(terminal, "simulations", names.Count + 2);
        savings.Add("nothing", whole);
        foreach (var name in names)
        {
            progress.Report(savings._rows.Count);
            savings.Add(name, whole.Without([name]));
        }

        savings.Add("all of them", whole.Without(names));
        progress.Finish();
        return savings;
    }

    public void Print(Terminal terminal)
    {
        terminal.Output.WriteLine($"{Terminal.Shown(_whole.Name)} on {_whole.Hardware.Name}: {_whole.Description}");
        terminal.WriteTable(
            ["left out", "cycles", "more", "DRAM bytes", "more"],
            _rows.Select(row => new[]
            {
                row.Left, row.Cycles.ToString("N0", CultureInfo.InvariantCulture), More(row.Cycles, _rows[0].Cycles), new Bytes(row.Bytes).ToString(), More(row.Bytes, _rows[0].Bytes),
            }));
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("model", _whole.Name);
        writer.WriteString("hardware", _whole.Hardware.Name);
        writer.WriteString("work", _whole.Description);
        writer.WriteStartArray("left_out");
        foreach (var row in _rows)
        {
            writer.WriteStartObject();
            writer.WriteString("name", row.Left);
            writer.WriteNumber("cycles", row.Cycles);
            writer.WriteNumber("dram_bytes", row.Bytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Add(string left, TimedModel model)
    {
        var report = model.Time(new TimingOptions());
        _rows.Add(new(left, report.Cycles.Value, report.TotalBytes));
    }

    private static string More(long value, long whole) => value == whole ? "" : ((value - whole) / (double)whole).ToString("+0.00 %;-0.00 %", CultureInfo.InvariantCulture);
}
