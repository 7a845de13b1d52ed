using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Accel.Core.Diagnostics;
using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Graphs;

namespace Accel.Cli.Verbs;

/// <summary><c>accel cmvm</c>: a constant matrix as a graph of adders, proved exact.</summary>
internal static class CmvmVerb
{
    private const string DepthForms = "levels of adders, or +N for N levels beyond the minimum";

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "`n_in n_out`, then n_in rows of n_out whole numbers; y[j] = sum of x[i] W[i][j]" };
        var depth = new Option<string>("--depth") { Description = $"the most {DepthForms}", DefaultValueFactory = _ => "+2" };
        var cost = CommonOptions.Choice("--cost", "what to have least of: adders, or full adders by the widths of int8 inputs", GraphObjective.Adders);
        var effort = CommonOptions.AtLeast("--effort", "work of the search in percent of the usual; 0 for greedy sharing alone", 100, 0);
        var threads = CommonOptions.Threads();
        var graph = new Option<bool>("--graph") { Description = "write the graph too" };
        var json = CommonOptions.Json();
        var command = new Command("cmvm", "find a small adder graph for a constant matrix-vector product") { file, depth, cost, effort, threads, graph, json };
        command.SetAction(parsed =>
        {
            var source = parsed.GetValue(file)!;
            var matrix = MatrixText.Parse(source.ToString(), TextFile.Read(source, MatrixText.MostBytes));
            var limit = DepthLimit(parsed.GetValue(depth)!, matrix.MinimumDepth);
            var options = new OptimiserOptions
            {
                ExtraDepth = limit - matrix.MinimumDepth,
                Objective = parsed.GetValue(cost),
                EffortPercent = parsed.GetValue(effort),
                Threads = parsed.GetValue(threads),
            };
            Progress? progress = null;
            var found = MatrixOptimiser.Optimise(matrix, options, (done, all) => (progress ??= new(terminal, "searches", all)).Report(done));
            progress?.Finish();
            var proof = GraphProof.Of(found, matrix);
            var figures = Figures(matrix, limit, found, proof);
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer => WriteJson(writer, figures, proof, parsed.GetValue(graph) ? found : null));
            }
            else
            {
                Print(terminal, figures, proof, parsed.GetValue(graph) ? found : null);
            }

            return proof.Exact && found.Depth <= limit ? ExitCode.Done : ExitCode.CheckFailed;
        });
        return command;
    }

    private static int DepthLimit(string text, int minimum)
    {
        var extra = text.StartsWith('+');
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number is < 0 or > MatrixOptimiser.MaxDepth)
        {
            throw new InputException("--depth", "", $"{DepthForms}, at most {MatrixOptimiser.MaxDepth}", $"'{text}'");
        }

        var limit = extra ? Math.Min(minimum + number, MatrixOptimiser.MaxDepth) : number;
        return limit >= minimum ? limit : throw new InputException("--depth", "", $"at least {minimum} levels, the minimum of this matrix (+N counts from there)", $"{number}");
    }

    private static List<(string Name, double Value)> Figures(IntegerMatrix matrix, int limit, AdderGraph graph, GraphProof proof) =>
    [
        ("inputs", matrix.Inputs),
        ("outputs", matrix.Outputs),
        ("signed_digits", matrix.Digits),
        ("adders", graph.Adders),
        ("adders_per_weight", graph.Adders / ((double)matrix.Inputs * matrix.Outputs)),
        ("negated_outputs", graph.NegatedOutputs),
        ("minimum_depth", matrix.MinimumDepth),
        ("depth_limit", limit),
        ("depth", graph.Depth),
        ("full_adder_bits", GraphCost.Of(graph, ValueRange.Int8).FullAdderBits),
        ("vectors", proof.Vectors),
        ("wrong_weights", proof.WrongWeights),
        ("wrong_products", proof.WrongProducts),
    ];

    private static void WriteJson(Utf8JsonWriter writer, List<(string Name, double Value)> figures, GraphProof proof, AdderGraph? graph)
    {
        foreach (var (name, value) in figures)
        {
            writer.WriteNumber(name, value);
        }

        writer.WriteBoolean("exact", proof.Exact);
        if (graph is null)
        {
            return;
        }

        writer.WriteStartArray("nodes");
        foreach (var node in graph.Nodes)
        {
            writer.WriteRawValue($$"""{"a":{{node.A}},"shift_a":{{node.ShiftA}},"b":{{node.B}},"shift_b":{{node.ShiftB}},"subtract":{{(node.Subtract ? "true" : "false")}}}""");
        }

        writer.WriteEndArray();
        writer.WriteStartArray("results");
        foreach (var output in graph.Outputs)
        {
            writer.WriteRawValue($$"""{"signal":{{output.Signal}},"shift":{{output.Shift}},"negate":{{(output.Negate ? "true" : "false")}}}""");
        }

        writer.WriteEndArray();
    }

    private static void Print(Terminal terminal, List<(string Name, double Value)> figures, GraphProof proof, AdderGraph? graph)
    {
        foreach (var (name, value) in figures)
        {
            terminal.Output.WriteLine($"{name.Replace('_', ' '),-18} {value:0.####}");
        }

        terminal.Output.WriteLine($"{"exact",-18} {(proof.Exact ? "yes" : "no")}");
        for (var k = 0; k < (graph?.Adders ?? 0); k++)
        {
            var node = graph!.Nodes[k];
            terminal.Output.WriteLine($"{Signal(graph, graph.Inputs + k)} = {Shifted(graph, node.A, node.ShiftA)} {(node.Subtract ? '-' : '+')} {Shifted(graph, node.B, node.ShiftB)}");
        }

        for (var j = 0; j < (graph?.Outputs.Length ?? 0); j++)
        {
            var output = graph!.Outputs[j];
            terminal.Output.WriteLine($"y{j} = {(output.Negate ? "-" : "")}{(output.IsZero ? "0" : Shifted(graph, output.Signal, output.Shift))}");
        }
    }

    private static string Signal(AdderGraph graph, int signal) => signal < graph.Inputs ? $"x{signal}" : $"n{signal - graph.Inputs}";

    private static string Shifted(AdderGraph graph, int signal, int shift) => shift == 0 ? Signal(graph, signal) : $"({Signal(graph, signal)} << {shift})";
}
