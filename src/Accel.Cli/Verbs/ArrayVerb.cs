using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Sim.Arrays;

namespace Accel.Cli.Verbs;

/// <summary><c>accel array</c>: one product on one array, without memory or machine around it.</summary>
internal static class ArrayVerb
{
    private static readonly (string Word, Stationary Value)[] _dataflows = [("ws", Stationary.Weights), ("os", Stationary.Outputs), ("is", Stationary.Inputs)];

    public static Command Create(Terminal terminal)
    {
        var rows = Extent("--rows", "rows of multipliers", 32);
        var columns = Extent("--cols", "columns of multipliers", 32);
        var m = Extent("--m", "rows of A, the tokens", 1);
        var n = Extent("--n", "columns of B, the outputs", 1024);
        var k = Extent("--k", "depth", 1024);
        var dataflow = new Option<string>("--dataflow") { Description = "what lies still: ws weights, os sums, is inputs", DefaultValueFactory = _ => "ws" };
        dataflow.AcceptOnlyFromAmong("ws", "os", "is");
        var compat = new Option<string?>("--compat") { Description = "scale-sim: cycles as that simulator counts them, folds one after another" };
        compat.AcceptOnlyFromAmong("scale-sim");
        var json = CommonOptions.Json();
        var command = new Command("array", "cycles of one product [M,K] x [K,N] on one matmul array") { rows, columns, dataflow, m, n, k, compat, json };
        command.SetAction(parsed =>
        {
            var product = new FoldedProduct(
                parsed.GetValue(rows), parsed.GetValue(columns), _dataflows.First(pair => pair.Word == parsed.GetValue(dataflow)).Value,
                parsed.GetValue(m), parsed.GetValue(n), parsed.GetValue(k));
            Show(terminal, product, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Terminal terminal, FoldedProduct product, bool json)
    {
        (string Name, Int128 Value)[] figures =
        [
            ("cycles", product.Cycles - 1),
            ("folds", product.Folds),
            ("cycles_per_fold", product.CyclesPerFold),
            ("macs", product.Macs),
            ("sram_reads_a", product.ReadsA),
            ("sram_reads_b", product.ReadsB),
            ("sram_writes_c", product.WritesC),
        ];
        if (json)
        {
            terminal.WriteJson(writer =>
            {
                foreach (var (name, value) in figures)
                {
                    writer.WritePropertyName(name);
                    writer.WriteRawValue(value.ToString(CultureInfo.InvariantCulture));
                }

                writer.WriteNumber("utilisation", product.Utilisation);
            });
            return;
        }

        terminal.WriteTable(
            ["figure", "value"],
            figures.Select(figure => new[] { figure.Name, figure.Value.ToString("N0", CultureInfo.InvariantCulture) }).Append(["utilisation", product.Utilisation.ToString("P2", CultureInfo.InvariantCulture)]));
    }

    private static Option<long> Extent(string name, string description, long fallback)
    {
        var option = new Option<long>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, out var value) && value is < 1 or > FoldedProduct.Largest)
            {
                result.AddError($"{name}: expected a whole number from 1 to {FoldedProduct.Largest}, found {value}");
            }
        });
        return option;
    }
}
