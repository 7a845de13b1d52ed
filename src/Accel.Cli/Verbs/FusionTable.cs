using System.CommandLine;
using System.Globalization;
using Accel.Cli.Integer;
using Accel.Compiler.Passes;
using Accel.Core.Units;
using Accel.Sim.Timing;

namespace Accel.Cli.Verbs;

/// <summary>What each fusion saves: the model compiled and simulated with all of them, and with each left out in turn.</summary>
internal static class FusionTable
{
    private const string Prefix = "fuse-";

    private sealed record Row(string Name, long Cycles, long Bytes);

    public static void Show(Terminal terminal, TimingArguments arguments, ParseResult parsed, bool json)
    {
        var names = PassPipeline.Passes.Select(pass => pass.Name).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
        var progress = new Progress(terminal, "compilations", names.Count + 1);
        var whole = arguments.Prepare(parsed);
        var rows = new List<Row> { Measure("none", whole) };
        foreach (var name in names)
        {
            progress.Report(rows.Count);
            rows.Add(Measure(name, whole.Without(name)));
        }

        progress.Finish();
        if (json)
        {
            terminal.WriteJson(writer =>
            {
                writer.WriteStartArray("fusions");
                foreach (var row in rows)
                {
                    writer.WriteStartObject();
                    writer.WriteString("left_out", row.Name);
                    writer.WriteNumber("cycles", row.Cycles);
                    writer.WriteNumber("dram_bytes", row.Bytes);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });
            return;
        }

        terminal.Output.WriteLine($"{Terminal.Shown(whole.Name)} on {whole.Hardware.Name}: {whole.Description}");
        terminal.WriteTable(
            ["left out", "cycles", "more", "DRAM bytes", "more"],
            rows.Select(row => new[]
            {
                row.Name, row.Cycles.ToString("N0", CultureInfo.InvariantCulture), More(row.Cycles, rows[0].Cycles), new Bytes(row.Bytes).ToString(), More(row.Bytes, rows[0].Bytes),
            }));
    }

    private static Row Measure(string name, TimedModel model)
    {
        var report = model.Time(new TimingOptions());
        return new(name, report.Cycles.Value, report.TotalBytes);
    }

    private static string More(long value, long whole) => value == whole ? "" : ((value - whole) / (double)whole).ToString("+0.00 %;-0.00 %", CultureInfo.InvariantCulture);
}
