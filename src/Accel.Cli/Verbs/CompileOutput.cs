using System.Text.Json;
using Accel.Compiler;
using Accel.Compiler.Tiling;
using Accel.Core.Units;
using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Cli.Verbs;

/// <summary>What a compilation came to: memory, commands, and per operator the bytes it moves beside the least it must.</summary>
internal static class CompileOutput
{
    public static void Print(Terminal terminal, string machine, CompiledProgram program, CompilationReport report, bool operators)
    {
        terminal.Output.WriteLine($"{program.Name} on {machine}: {new Bytes(report.DramBytes)} of DRAM, context {program.ContextLength:N0}, prefill runs of {report.PrefillTokens}");
        terminal.WriteTable(
            ["entry point", "instructions", "tokens", "at position", "scratchpad peak", "bytes moved", "lower bound", "moved / bound"],
            report.EntryPoints.Select(entry => new[]
            {
                entry.Name,
                $"{program.EntryPoints.Single(e => e.Name == entry.Name).Instructions.Count:N0}",
                $"{entry.Tokens}",
                $"{entry.Position:N0}",
                new Bytes(entry.ScratchpadPeak).ToString(),
                new Bytes(entry.Moved).ToString(),
                new Bytes(entry.LowerBound).ToString(),
                $"{(double)entry.Moved / Math.Max(1, entry.LowerBound):0.000}",
            }));
        var (onChip, inMemory) = (report.States.Where(state => state.OnChip).ToList(), report.States.Where(state => !state.OnChip).ToList());
        terminal.Output.WriteLine($"caches and states: {onChip.Count} in the scratchpad ({new Bytes(onChip.Sum(state => state.Bytes))}), {inMemory.Count} in memory ({new Bytes(inMemory.Sum(state => state.Bytes))})");
        if (operators)
        {
            terminal.WriteTable(["state", "bytes", "lives in"], report.States.Select(state => new[] { state.Name, new Bytes(state.Bytes).ToString(), state.OnChip ? "scratchpad" : "memory" }), 2);
        }

        foreach (var entry in operators ? report.EntryPoints : [])
        {
            terminal.Output.WriteLine($"{entry.Name} at position {entry.Position:N0}:");
            terminal.WriteTable(
                ["operator", "kind", "tile", "bytes moved", "lower bound", "why more"],
                entry.Operators.Select(op => new[]
                {
                    op.Name, op.Kind, Shown(op.Tile), new Bytes(op.Moved).ToString(), new Bytes(op.LowerBound).ToString(), op.Reason,
                }),
                1,
                2,
                5);
        }
    }

    /// <summary>Outputs by depth, the fold, and what stands still.</summary>
    private static string Shown(MatMulTile? tile) => tile is null
        ? ""
        : $"{tile.Outputs}x{tile.Depth} fold {tile.Fold} {(tile.Dataflow == Dataflow.WeightStationary ? "ws" : "os")}";

    public static void WriteJson(Utf8JsonWriter writer, CompiledProgram program, CompilationReport report)
    {
        writer.WriteString("model", program.Name);
        writer.WriteNumber("dram_bytes", report.DramBytes);
        writer.WriteNumber("context_length", program.ContextLength);
        writer.WriteNumber("prefill_tokens", report.PrefillTokens);
        writer.WriteStartArray("states");
        foreach (var state in report.States)
        {
            writer.WriteStartObject();
            writer.WriteString("name", state.Name);
            writer.WriteNumber("bytes", state.Bytes);
            writer.WriteString("lives_in", state.OnChip ? "scratchpad" : "memory");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("entry_points");
        foreach (var entry in report.EntryPoints)
        {
            writer.WriteStartObject();
            writer.WriteString("name", entry.Name);
            writer.WriteNumber("instructions", program.EntryPoints.Single(e => e.Name == entry.Name).Instructions.Count);
            writer.WriteNumber("tokens", entry.Tokens);
            writer.WriteNumber("position", entry.Position);
            writer.WriteNumber("scratchpad_peak_bytes", entry.ScratchpadPeak);
            writer.WriteNumber("bytes_moved", entry.Moved);
            writer.WriteNumber("lower_bound_bytes", entry.LowerBound);
            writer.WriteStartArray("operators");
            foreach (var op in entry.Operators)
            {
                writer.WriteStartObject();
                writer.WriteString("name", op.Name);
                writer.WriteString("kind", op.Kind);
                writer.WriteNumber("bytes_moved", op.Moved);
                writer.WriteNumber("lower_bound_bytes", op.LowerBound);
                writer.WriteStartArray("excess");
                foreach (var cause in op.Excess)
                {
                    writer.WriteStartObject();
                    writer.WriteString("cause", cause.Cause);
                    writer.WriteNumber("bytes", cause.Bytes);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                for (var traffic = 0; traffic < op.Bytes.Count; traffic++)
                {
                    writer.WriteNumber($"{((TrafficClass)traffic).ToString().ToLowerInvariant()}_bytes", op.Bytes[traffic]);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
