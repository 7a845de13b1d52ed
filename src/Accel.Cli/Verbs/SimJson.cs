using System.Globalization;
using System.Text.Json;
using Accel.Isa.Commands;
using Accel.Sim.Timing;

namespace Accel.Cli.Verbs;

/// <summary>A timed run as JSON: every number of the text and more, times in core cycles unless named otherwise.</summary>
internal static class SimJson
{
    private static readonly JsonNamingPolicy _snake = JsonNamingPolicy.SnakeCaseLower;

    public static void Write(Utf8JsonWriter writer, TimedResult result)
    {
        var (model, report) = (result.Model, result.Report);
        writer.WriteString("model", model.Name);
        writer.WriteString("hardware", model.Hardware.Name);
        writer.WriteString("weights", model.Request.Weights.ToString().ToLowerInvariant());
        writer.WriteNumber("prefill_tokens", model.Prefill);
        writer.WriteNumber("decode_tokens", model.Request.Decode);
        writer.WriteNumber("context", model.Contexts.Max());
        writer.WriteStartArray("contexts");
        foreach (var context in model.Contexts)
        {
            writer.WriteNumberValue(context);
        }

        writer.WriteEndArray();
        writer.WriteNumber("batch", model.Request.Batch);
        writer.WriteNumber("cycles", report.Cycles.Value);
        writer.WriteNumber("clock_hertz", model.Hardware.Clocks.Core.Value);
        writer.WriteNumber("seconds", report.Seconds);
        writer.WriteNumber("tokens_per_second", result.TokensPerSecond);
        writer.WriteNumber("dram_bytes", report.TotalBytes);
        writer.WriteNumber("lower_bound_bytes", result.BytesNeeded);
        WriteWhole(writer, "macs", report.Macs);
        writer.WriteNumber("stepped_cycles", report.SteppedCycles);
        WritePhases(writer, result);
        WriteBytes(writer, "dram_bytes_by_class", report.Bytes);
        WriteRoofline(writer, result);
        WriteEnergy(writer, result);
        writer.WriteStartArray("units");
        foreach (var unit in report.Units.Append(report.Sequencer))
        {
            WriteUnit(writer, unit);
        }

        writer.WriteEndArray();
        WriteOperators(writer, result);
        WriteDram(writer, report);
    }

    private static void WritePhases(Utf8JsonWriter writer, TimedResult result)
    {
        writer.WriteStartArray("phases");
        foreach (var phase in result.Phases)
        {
            writer.WriteStartObject();
            writer.WriteString("name", phase.Name);
            writer.WriteNumber("runs", phase.Runs);
            writer.WriteNumber("tokens", phase.Tokens);
            writer.WriteNumber("cycles", phase.Cycles);
            writer.WriteNumber("seconds", phase.Seconds);
            writer.WriteNumber("tokens_per_second", phase.TokensPerSecond);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteRoofline(Utf8JsonWriter writer, TimedResult result)
    {
        var roofline = result.Roofline;
        writer.WriteStartObject("roofline");
        writer.WriteString("binding", _snake.ConvertName(roofline.Binding.ToString()));
        writer.WriteNumber("compute_cycles", roofline.ComputeCycles);
        writer.WriteNumber("memory_cycles", roofline.MemoryCycles);
        writer.WriteNumber("reached", roofline.Reached);
        writer.WriteNumber("macs_per_second", roofline.MacsPerSecond);
        writer.WriteNumber("peak_macs_per_second", roofline.PeakMacsPerSecond);
        writer.WriteNumber("bytes_per_second", roofline.BytesPerSecond);
        writer.WriteNumber("refresh_limited_bytes_per_second", roofline.RefreshLimitedBytesPerSecond);
        writer.WriteNumber("peak_bytes_per_second", roofline.PeakBytesPerSecond);
        writer.WriteNumber("macs_per_byte", roofline.MacsPerByte);
        writer.WriteNumber("ridge_macs_per_byte", roofline.Ridge);
        writer.WriteEndObject();
    }

    private static void WriteEnergy(Utf8JsonWriter writer, TimedResult result)
    {
        var energy = result.Energy;
        writer.WriteStartObject("energy");
        writer.WriteNumber("joules", energy.Joules);
        writer.WriteNumber("watts", energy.Watts);
        writer.WriteNumber("joules_per_token", energy.Joules / result.Phases.Sum(phase => phase.Tokens));
        writer.WriteStartArray("parts");
        foreach (var part in energy.Parts)
        {
            writer.WriteStartObject();
            writer.WriteString("name", part.Name);
            writer.WriteNumber("joules", part.Joules);
            writer.WriteString("source", part.Source);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteUnit(Utf8JsonWriter writer, UnitTiming unit)
    {
        writer.WriteStartObject();
        writer.WriteString("name", unit.Name);
        writer.WriteNumber("busy", unit.Busy);
        writer.WriteNumber("stalled", unit.Stalled);
        writer.WriteNumber("idle", unit.Idle);
        writer.WriteStartObject("stalled_on");
        foreach (var cause in Enum.GetValues<StallCause>())
        {
            writer.WriteNumber(_snake.ConvertName(cause.ToString()), unit.StalledOn[(int)cause]);
        }

        writer.WriteEndObject();
        writer.WriteNumber("commands", unit.Commands);
        writer.WriteEndObject();
    }

    private static void WriteOperators(Utf8JsonWriter writer, TimedResult result)
    {
        writer.WriteStartArray("operators");
        for (var i = 0; i < result.Report.Operators.Count; i++)
        {
            var op = result.Report.Operators[i];
            writer.WriteStartObject();
            writer.WriteString("name", op.Name);
            writer.WriteString("kind", op.Kind);
            writer.WriteNumber("cycles", op.Cycles);
            writer.WriteNumber("commands", op.Commands);
            WriteWhole(writer, "macs", op.Macs);
            writer.WriteNumber("bytes", op.TotalBytes);
            writer.WriteNumber("lower_bound_bytes", result.OperatorBytesNeeded[i]);
            WriteBytes(writer, "bytes_by_class", op.Bytes);
            writer.WriteStartObject("busy_cycles");
            foreach (var kind in Enum.GetValues<UnitKind>())
            {
                writer.WriteNumber(_snake.ConvertName(kind.ToString()), op.BusyCycles[(int)kind]);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteDram(Utf8JsonWriter writer, TimingReport report)
    {
        if (report.Dram is not { } dram)
        {
            return;
        }

        writer.WriteStartObject("dram");
        foreach (var (name, value) in DramOutput.Figures(dram))
        {
            DramOutput.WriteFigure(writer, name, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteBytes(Utf8JsonWriter writer, string name, IReadOnlyList<long> bytes)
    {
        writer.WriteStartObject(name);
        foreach (var traffic in Enum.GetValues<TrafficClass>())
        {
            writer.WriteNumber(_snake.ConvertName(traffic.ToString()), bytes[(int)traffic]);
        }

        writer.WriteEndObject();
    }

    /// <summary>A whole number of up to 128 bits.</summary>
    private static void WriteWhole(Utf8JsonWriter writer, string name, Int128 value)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(value.ToString(CultureInfo.InvariantCulture));
    }
}
