using System.CommandLine;
using System.Globalization;
using Accel.Cli.Integer;
using Accel.Models;
using Accel.Rtl.Synthesis;

namespace Accel.Cli.Verbs;

/// <summary><c>accel rtl estimate</c>: what a model too large to synthesise would take, on paper.</summary>
internal static class RtlEstimateVerb
{
    /// <summary>Taalas HC1: Llama 3.1 8B, 6 nm; vendor's figures.</summary>
    private const double PublishedArea = 815;

    private const double PublishedTransistors = 53e9;

    private const double PublishedWeights = 8.03e9;

    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var weights = CommonOptions.Weights();
        weights.DefaultValueFactory = _ => WeightChoice.Int4;
        var node = new Option<string>("--node") { Description = "process: n28, n14, n10, n7, n6, n5", DefaultValueFactory = _ => "n6" };
        node.AcceptOnlyFromAmong([.. ProcessNode.All.Select(one => one.Name)]);
        var perLane = CommonOptions.Positive("--weights-per-mac", "weights that a multiply-accumulate lane meets per token", 1024);
        var context = CommonOptions.Positive("--context", "positions that the caches hold", 4096);
        var json = CommonOptions.Json();
        var command = new Command("estimate", "what a model would take as a chip of style rom in a process of today, on paper, with every assumption") { model, weights, node, perLane, context, json };
        command.SetAction(parsed =>
        {
            var loaded = ModelLoader.Load(parsed.GetValue(model)!);
            var graph = IntegerModel.Of(loaded, parsed.GetValue(weights), null);
            var figures = new LogicFigures();
            var process = ProcessNode.All.First(one => one.Name == parsed.GetValue(node));
            var estimate = PaperEstimate.Of(graph, parsed.GetValue(context), parsed.GetValue(perLane), process, figures);
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer =>
                {
                    foreach (var (name, value) in Figures(estimate))
                    {
                        writer.WriteNumber(name, Math.Round(value, 6));
                    }
                });
            }
            else
            {
                Print(terminal, loaded.Name, parsed.GetValue(weights), parsed.GetValue(perLane), parsed.GetValue(context), estimate, figures);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<(string Name, double Value)> Figures(PaperEstimate estimate) =>
    [
        ("weights", estimate.Weights), ("lanes", estimate.Lanes), ("table_gate_equivalents", estimate.TableGates), ("scale_gate_equivalents", estimate.ScaleGates),
        ("lane_gate_equivalents", estimate.LaneGates), ("other_gate_equivalents", estimate.OtherGates), ("gate_equivalents_per_weight", estimate.GatesPerWeight),
        ("transistors_per_weight", estimate.TransistorsPerWeight), ("logic_mm2", estimate.LogicArea), ("memory_bits", estimate.MemoryBits), ("memory_mm2", estimate.MemoryArea),
        ("mm2", estimate.Area), ("um2_per_weight", estimate.AreaPerWeight), ("cycles_per_token", estimate.CyclesPerToken),
        ("published_mm2", PublishedArea), ("published_um2_per_weight", PublishedArea * 1e6 / PublishedWeights), ("published_transistors_per_weight", PublishedTransistors / PublishedWeights),
    ];

    private static void Print(Terminal terminal, string name, WeightChoice weights, int perLane, int context, PaperEstimate estimate, LogicFigures figures)
    {
        var node = estimate.Node;
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Terminal.Shown(name)}, weights {weights.ToString().ToLowerInvariant()}, style rom, {node.Name}, on paper"));
        string[] Row(string part, double gates) => [part, $"{gates / 1e6:N1} M", $"{gates / estimate.Weights:0.000}", $"{gates * MappingLibrary.TransistorsPerGate / 1e6 / node.MegatransistorsPerSquareMillimetre:N1}"];
        terminal.WriteTable(
            ["", "gate equivalents", "per weight", "mm2"],
            [
                Row($"{estimate.Weights:N0} weights as tables", estimate.TableGates),
                Row("their scales", estimate.ScaleGates),
                Row($"{estimate.Lanes:N0} lanes, {perLane:N0} weights each", estimate.LaneGates),
                Row("all other units", estimate.OtherGates),
                [$"caches of {context:N0} positions, {estimate.MemoryBits / 8e6:N0} MB", "", "", $"{estimate.MemoryArea:N1}"],
                ["all", $"{estimate.Gates / 1e6:N1} M", $"{estimate.GatesPerWeight:0.000}", $"{estimate.Area:N1}"],
            ]);
        var published = PublishedTransistors / 1e6 / PublishedArea;
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            per weight: {estimate.AreaPerWeight:0.000} um2, {estimate.TransistorsPerWeight:0.0} transistors; logic of the density of that chip: {estimate.AreaAt(published) + estimate.MemoryArea:N0} mm2
            published for Llama 3.1 8B in 6 nm (Taalas HC1, the vendor's figures): {PublishedArea:0} mm2, {PublishedArea * 1e6 / PublishedWeights:0.00} um2 and {PublishedTransistors / PublishedWeights:0.0} transistors per weight, {published:0} M transistors per mm2
            {estimate.CyclesPerToken:N0} cycles of products per token
            assumed:
              a table takes {figures.GatesPerToldBit:0.000} gate equivalents per bit that it tells, codes tell {figures.ToldShare:0.00} and scales {figures.ToldShareOfScales:0.00} of their bits: mapped to sky130, trained weights
              a lane takes {figures.GatesPerLane:0} gate equivalents and {figures.GatesPerLaneAndWeightBit:0} per bit of a weight, int8 inputs; its share of scales, sums and counters is in it: the same
              all other units take {figures.GatesPerStage:N0} gate equivalents for each value that matrices read, a guess: row coding, the largest, was mapped to 49,000
              a gate equivalent is {MappingLibrary.TransistorsPerGate} transistors; {node.Name} holds {node.MegatransistorsPerSquareMillimetre} M transistors of logic per mm2, the mean of products, wires and placement in it
              a bit of memory takes {node.BitCell} um2 over {ProcessNode.ArrayShare:0.00}; gates per weight do not depend on the process; no interfaces, no spare rows, no clock tree of its own

            """).TrimEnd());
    }
}
