using System.Text.Json;
using Accel.Cli.Chips;
using Accel.Rtl.Synthesis;

namespace Accel.Cli.Verbs;

/// <summary>What <c>accel rtl synth</c> found, for people and for programs.</summary>
internal static class RtlSynthOutput
{
    public static void Write(Terminal terminal, DesignFolder design, SynthesisReport report, bool allModules, bool json)
    {
        if (json)
        {
            terminal.WriteJson(writer => WriteJson(writer, design, report));
        }
        else
        {
            Print(terminal, design, report, allModules);
        }

        foreach (var module in report.Modules.Where(module => module.Kind == ResultKind.Failed))
        {
            terminal.Error.WriteLine($"{design.Path}: {module.Name}: {module.Note}");
        }
    }

    private static void Print(Terminal terminal, DesignFolder design, SynthesisReport report, bool allModules)
    {
        terminal.Output.WriteLine($"{Terminal.Shown(design.Name)} on {Terminal.Shown(report.Library)}, gate equivalent {report.GateArea:0.####} um2, before placement");
        var rows = allModules ? ByModule(report) : ByBlock(report);
        terminal.WriteTable(
            [allModules ? "module, without what it holds" : "block", "count", "cells", "flip-flops", "gate equivalents", "share", .. report.Weights is null ? Array.Empty<string>() : ["per weight"], "memory bits"],
            rows.Append(Row(report, "all", 1, report.Cells, report.FlipFlops, report.Area, report.MacroBits, report.Modules.Any(module => module.Kind == ResultKind.Estimated))));
        var transistors = report.GateEquivalents * MappingLibrary.TransistorsPerGate;
        terminal.Output.WriteLine($"logic: {report.Area / 1e6:N3} mm2, {report.GateEquivalents:N0} gate equivalents, {transistors:N0} transistors ({MappingLibrary.TransistorsPerGate} each){PerWeight(report, transistors)}");
        var macros = report.Modules.Where(module => module.Kind == ResultKind.Macro).ToList();
        if (macros.Count > 0)
        {
            terminal.Output.WriteLine($"memory macros, not in the area: {string.Join(", ", macros.Select(macro => $"{macro.Name}{(macro.Count > 1 ? $" x {macro.Count}" : "")} {macro.MacroBits:N0}"))} bits");
        }

        if (report.Tables is { } tables)
        {
            Print(terminal, report, tables);
        }

        if (report.Path is { } path)
        {
            terminal.Output.WriteLine($"longest path: {path.Nanoseconds:0.00} ns, {path.Megahertz:0.0} MHz, from {path.From} to {path.To}");
            terminal.Output.WriteLine($"    gates alone, as the mapper sees them: {report.MapperPath.Picoseconds / 1000:0.00} ns in {report.MapperPath.Module}");
        }
    }

    private static void Print(Terminal terminal, SynthesisReport report, TableEstimation tables)
    {
        var told = report.Modules.Count(module => module.Kind == ResultKind.Estimated);
        var estimator = tables.Estimator;
        var figures = $"{estimator.PerChoice:0.000} gate equivalents per choice and {estimator.PerJoin:0.000} per join";
        if (told > 0)
        {
            terminal.Output.WriteLine(estimator.Tables > 0
                ? $"about: {told} tables are told from {estimator.Tables} that were mapped, {figures}"
                : $"about: {told} tables are told by what is built in, {figures}, as too few were mapped");
        }

        if (estimator.HeldOut is { } held)
        {
            terminal.Output.WriteLine($"tables by estimate, each shape told from the others: {Text(held)}");
        }

        if (tables.BuiltInError is { } builtIn)
        {
            terminal.Output.WriteLine($"tables by the estimate that is built in, before anything is mapped: {Text(builtIn)}");
        }

        static string Text(EstimateError error) => $"{100 * error.Sum:+0.0;-0.0;0.0} % in sum, {100 * error.Mean:0.0} % in the mean, {100 * error.Worst:0.0} % at worst, of {error.Tables}";
    }

    private static string PerWeight(SynthesisReport report, double transistors) => report.Weights is { } weights
        ? $"\nper weight of {weights:N0}: {report.Area / weights:0.00} um2, {report.GateEquivalents / weights:0.00} gate equivalents, {transistors / weights:0.0} transistors"
        : "";

    private static IEnumerable<string[]> ByBlock(SynthesisReport report) =>
        report.Blocks().Where(block => block.Area > 0 || block.MacroBits > 0)
            .Select(block => Row(report, block.Modules > 1 ? $"{block.Name} ({block.Modules} modules)" : block.Name, block.Count, block.Cells, block.FlipFlops, block.Area, block.MacroBits, block.HasEstimates));

    private static IEnumerable<string[]> ByModule(SynthesisReport report) =>
        report.Modules.OrderByDescending(module => module.Area * module.Count).ThenBy(module => module.Name, StringComparer.Ordinal)
            .Select(module => Row(
                report, module.Name, module.Count, module.Cells * module.Count, module.FlipFlops * module.Count, module.Area * module.Count, module.MacroBits * module.Count, module.Kind == ResultKind.Estimated));

    private static string[] Row(SynthesisReport report, string name, long count, long cells, long flipFlops, double area, long bits, bool isEstimate)
    {
        var gates = area / report.GateArea;
        return
        [
            name, $"{count:N0}", $"{cells:N0}", $"{flipFlops:N0}", $"{(isEstimate ? "about " : "")}{gates:N0}", $"{100 * area / Math.Max(1e-9, report.Area):0.0} %",
            .. report.Weights is { } weights ? [$"{gates / weights:0.000}"] : Array.Empty<string>(), bits > 0 ? $"{bits:N0}" : "",
        ];
    }

    private static void WriteJson(Utf8JsonWriter writer, DesignFolder design, SynthesisReport report)
    {
        writer.WriteString("design", design.Name);
        writer.WriteString("top", report.Top);
        writer.WriteString("library", report.Library);
        writer.WriteNumber("gate_equivalent_um2", report.GateArea);
        writer.WriteBoolean("complete", report.IsComplete);
        Figures(report.Cells, report.FlipFlops, report.Area, report.MacroBits);
        if (report.Weights is { } weights)
        {
            writer.WriteNumber("weights", weights);
            writer.WriteNumber("um2_per_weight", Math.Round(report.Area / weights, 4));
            writer.WriteNumber("gate_equivalents_per_weight", Math.Round(report.GateEquivalents / weights, 4));
            writer.WriteNumber("transistors_per_weight", Math.Round(report.GateEquivalents * MappingLibrary.TransistorsPerGate / weights, 4));
        }

        if (report.Path is { } path)
        {
            writer.WriteStartObject("longest_path");
            writer.WriteNumber("ns", path.Nanoseconds);
            writer.WriteNumber("mhz", Math.Round(path.Megahertz, 2));
            writer.WriteString("from", path.From);
            writer.WriteString("to", path.To);
            writer.WriteNumber("mapper_ns", Math.Round(report.MapperPath.Picoseconds / 1000, 3));
            writer.WriteString("mapper_module", report.MapperPath.Module);
            writer.WriteEndObject();
        }

        if (report.Tables is { } tables)
        {
            writer.WriteStartObject("estimator");
            writer.WriteBoolean("built_in", tables.Estimator.Tables == 0);
            writer.WriteNumber("tables", tables.Estimator.Tables);
            writer.WriteNumber("gate_equivalents_per_choice", Math.Round(tables.Estimator.PerChoice, 5));
            writer.WriteNumber("gate_equivalents_per_join", Math.Round(tables.Estimator.PerJoin, 5));
            Error("held_out", tables.Estimator.HeldOut);
            Error("built_in_on_this_run", tables.BuiltInError);
            writer.WriteEndObject();
        }

        writer.WriteStartArray("blocks");
        foreach (var block in report.Blocks())
        {
            writer.WriteStartObject();
            writer.WriteString("block", block.Name);
            writer.WriteNumber("count", block.Count);
            writer.WriteNumber("modules", block.Modules);
            writer.WriteBoolean("estimated", block.HasEstimates);
            Figures(block.Cells, block.FlipFlops, block.Area, block.MacroBits);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("modules");
        foreach (var module in report.Modules)
        {
            writer.WriteStartObject();
            writer.WriteString("module", module.Name);
            writer.WriteString("kind", module.Kind.ToString().ToLowerInvariant());
            writer.WriteNumber("count", module.Count);
            Figures(module.Cells, module.FlipFlops, module.Area, module.MacroBits);
            writer.WriteNumber("mapper_ns", Math.Round(module.MapperDelayPicoseconds / 1000, 3));
            if (module.Note.Length > 0)
            {
                writer.WriteString("note", module.Note);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        void Error(string name, EstimateError? error)
        {
            if (error is { } known)
            {
                writer.WriteStartObject(name);
                writer.WriteNumber("tables", known.Tables);
                writer.WriteNumber("sum", Math.Round(known.Sum, 4));
                writer.WriteNumber("mean", Math.Round(known.Mean, 4));
                writer.WriteNumber("worst", Math.Round(known.Worst, 4));
                writer.WriteEndObject();
            }
        }

        void Figures(long cells, long flipFlops, double area, long bits)
        {
            writer.WriteNumber("cells", cells);
            writer.WriteNumber("flip_flops", flipFlops);
            writer.WriteNumber("um2", Math.Round(area, 3));
            writer.WriteNumber("gate_equivalents", Math.Round(area / report.GateArea, 2));
            writer.WriteNumber("memory_bits", bits);
        }
    }
}
