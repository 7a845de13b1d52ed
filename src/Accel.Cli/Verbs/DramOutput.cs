using System.Globalization;
using System.Text.Json;
using Accel.Core.Units;
using Accel.Dram;
using Accel.Dram.Controller;
using Accel.Dram.Reports;
using Accel.Dram.Standards;

namespace Accel.Cli.Verbs;

/// <summary>The figures of a DRAM run, by name: one list for the table, JSON and CSV.</summary>
internal static class DramOutput
{
    public static IReadOnlyList<(string Name, double Value)> Figures(DramReport report)
    {
        var total = report.Total;
        var energy = report.Energy;
        return
        [
            ("requests", report.Requests),
            ("reads", total[Counter.Reads]),
            ("writes", total[Counter.Writes]),
            ("forwarded_reads", total[Counter.Forwarded]),
            ("merged_writes", total[Counter.Merged]),
            ("cycles", report.Cycles.Value),
            ("seconds", report.Seconds),
            ("clock_hertz", report.Config.Device.Clock.Value),
            ("bytes_moved", (double)report.BytesMoved),
            ("achieved_gb_per_s", report.AchievedBytesPerSecond / 1e9),
            ("refresh_limited_gb_per_s", report.Config.RefreshLimitedBytesPerSecond / 1e9),
            ("peak_gb_per_s", report.Config.PeakBytesPerSecond / 1e9),
            ("average_read_latency_cycles", report.AverageReadLatency),
            ("average_write_latency_cycles", report.AverageWriteLatency),
            ("read_latency_p50_cycles", total.Latencies.Percentile(0.5)),
            ("read_latency_p99_cycles", total.Latencies.Percentile(0.99)),
            ("read_latency_max_cycles", total[Peak.ReadLatency]),
            ("row_hits", total[Counter.RowHits]),
            ("row_misses", total[Counter.RowMisses]),
            ("row_conflicts", total[Counter.RowConflicts]),
            ("activates", report.Activates),
            ("refreshes", report.Refreshes),
            ("data_bus_utilisation", report.DataBusUtilisation),
            ("command_bus_utilisation", report.CommandBusUtilisation),
            ("average_read_queue", report.AverageReadQueue),
            ("average_write_queue", report.AverageWriteQueue),
            ("largest_read_queue", total[Peak.ReadQueue]),
            ("largest_write_queue", total[Peak.WriteQueue]),
            ("write_drains", total[Counter.WriteDrains]),
            ("requests_left_in_queues", report.Queued),
            ("transfers_in_flight", report.TransfersUnderWay),
            ("energy_joules", energy.Total),
            ("energy_activate_joules", energy.Activate),
            ("energy_read_joules", energy.Read),
            ("energy_write_joules", energy.Write),
            ("energy_refresh_joules", energy.Refresh),
            ("energy_standby_joules", energy.Standby),
        ];
    }

    public static void WriteJson(Utf8JsonWriter writer, DramReport report, IReadOnlyList<(string Name, double Value)> figures, IEnumerable<long> completions)
    {
        foreach (var (name, value) in Setting(report))
        {
            writer.WriteString(name, value);
        }

        foreach (var (name, value) in figures)
        {
            WriteFigure(writer, name, value);
        }

        writer.WriteStartObject("commands");
        foreach (var command in Enum.GetValues<Command>().Where(command => report.Total[command] > 0))
        {
            writer.WriteNumber(command.ToString(), report.Total[command]);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("read_latency_histogram");
        foreach (var (upTo, count) in report.Total.Latencies.NonEmpty())
        {
            writer.WriteStartObject();
            writer.WriteNumber("up_to_cycles", upTo);
            writer.WriteNumber("count", count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("transfer_completion_cycles");
        foreach (var cycle in completions)
        {
            writer.WriteNumberValue(cycle);
        }

        writer.WriteEndArray();
    }

    /// <summary>A figure, without a point where it is whole.</summary>
    public static void WriteFigure(Utf8JsonWriter writer, string name, double value)
    {
        if (value == Math.Floor(value) && Math.Abs(value) < 1e15)
        {
            writer.WriteNumber(name, (long)value);
        }
        else
        {
            writer.WriteNumber(name, value);
        }
    }

    public static void WriteCsv(TextWriter output, IReadOnlyList<(string Name, double Value)> figures)
    {
        output.WriteLine("figure,value");
        foreach (var (name, value) in figures)
        {
            output.WriteLine($"{name},{value.ToString("R", CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>Every command of every channel, one line each.</summary>
    public static void WriteCommands(string path, DramSystem system) => OutputFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write("cycle,command,channel,pseudo_channel,rank,bank_group,bank,row,column\n");
        for (var channel = 0; channel < system.Config.Channels; channel++)
        {
            foreach (var c in system.CommandsOf(channel))
            {
                writer.Write($"{c.Cycle},{c.Command},{c.Channel},{c.PseudoChannel},{c.Rank},{c.BankGroup},{c.Bank},{c.Row},{c.Column}\n");
            }
        }
    });

    public static void Print(Terminal terminal, DramReport report, IReadOnlyList<(string Name, double Value)> figures)
    {
        foreach (var (name, value) in Setting(report))
        {
            terminal.Output.WriteLine($"{name,-13} {value}");
        }

        var achieved = report.AchievedBytesPerSecond;
        terminal.Output.WriteLine(
            $"{"bandwidth",-13} {achieved / 1e9:0.000} GB/s, {achieved / report.Config.RefreshLimitedBytesPerSecond:P1} of what refresh leaves, {achieved / report.Config.PeakBytesPerSecond:P1} of peak");
        terminal.WriteTable(
            ["figure", "value"],
            figures.Select(figure => new[] { figure.Name, figure.Value.ToString(figure.Value == Math.Floor(figure.Value) ? "N0" : "G6", CultureInfo.InvariantCulture) }));
        terminal.WriteTable(
            ["command", "count"],
            Enum.GetValues<Command>().Where(command => report.Total[command] > 0).Select(command => new[] { command.ToString(), report.Total[command].ToString("N0", CultureInfo.InvariantCulture) }));
    }

    /// <summary>What the figures depend on: a result without its policy cannot be compared with another.</summary>
    private static IEnumerable<(string Name, string Value)> Setting(DramReport report)
    {
        var config = report.Config;
        yield return ("standard", config.Device.Bin);
        yield return ("organisation", string.Create(CultureInfo.InvariantCulture, $"{config.Device.Organisation.Name}, {config.Channels} x {config.Device.PseudoChannels} pseudo-channels of {config.Device.DataBits} bit, {config.Device.Ranks} ranks, {new Bytes(config.CapacityBytes)}"));
        yield return ("mapping", report.Mapping);
        yield return ("policy", config.Controller.ToString());
        yield return ("mode", report.Mode.ToString().ToLowerInvariant());
        yield return ("energy_source", report.Energy.Source);
    }
}
