using System.Text.Json;
using Accel.Compiler;
using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Core.Units;
using Accel.Hardware;

namespace Accel.Cli.Verbs;

/// <summary>What each pass saves: the model compiled once with all of them, once without each, once with none.</summary>
internal static class PassSavings
{
    /// <param name="Left">What was left out.</param>
    private sealed record Row(string Left, CompilationReport Report);

    /// <param name="shape">Integer model without weights: bytes depend on shapes alone.</param>
    public static void Print(Terminal terminal, QuantizedGraph shape, HardwareConfig config, CompilerOptions options)
    {
        var rows = Compile(shape, config, options);
        var all = rows[0].Report;
        terminal.Output.WriteLine($"{shape.Name} on {config.Name}: bytes that cross the chip's edge in one run");
        terminal.WriteTable(
            ["left out", .. all.EntryPoints.SelectMany(entry => new[] { $"{entry.Name} of {entry.Tokens} at {entry.Position:N0}", "more" })],
            rows.Select(row => (string[])[row.Left, .. row.Report.EntryPoints.Zip(all.EntryPoints).SelectMany(pair => new[]
            {
                new Bytes(pair.First.Moved).ToString(), row == rows[0] ? "" : More(pair.First.Moved, pair.Second.Moved),
            })]));
    }

    public static void WriteJson(Utf8JsonWriter writer, QuantizedGraph shape, HardwareConfig config, CompilerOptions options)
    {
        writer.WriteString("model", shape.Name);
        writer.WriteStartArray("left_out");
        foreach (var row in Compile(shape, config, options))
        {
            writer.WriteStartObject();
            writer.WriteString("name", row.Left);
            foreach (var entry in row.Report.EntryPoints)
            {
                writer.WriteNumber($"{entry.Name}_bytes", entry.Moved);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static List<Row> Compile(QuantizedGraph shape, HardwareConfig config, CompilerOptions options)
    {
        var savings = PassPipeline.Passes.Where(pass => pass is not Canonicalise).Select(pass => pass.Name).ToList();
        Row Without(string left, IEnumerable<string> passes) =>
            new(left, ModelCompiler.Compile(shape, config, options with { DisabledPasses = passes.ToHashSet(StringComparer.Ordinal) }).Report);
        return [Without("nothing", []), .. savings.Select(pass => Without(pass, [pass])), Without("all of them", savings)];
    }

    private static string More(long without, long with) => $"{new Bytes(without - with)} ({(double)(without - with) / with:P1})";
}
