using System.CommandLine;
using System.Globalization;
using Accel.Cli.Integer;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Sim.Arrays;
using Command = System.CommandLine.Command;

namespace Accel.Cli.Verbs;

/// <summary><c>accel array</c>: one product on one array, without memory or machine around it.</summary>
internal static class ArrayVerb
{
    private const string ScaleSim = "scale-sim";

    private static readonly (string Word, Stationary Value)[] _dataflows = [("ws", Stationary.Weights), ("os", Stationary.Outputs), ("is", Stationary.Inputs)];

    public static Command Create(Terminal terminal)
    {
        var rows = Extent("--rows", "rows of multipliers; 32 without --hw");
        var columns = Extent("--cols", "columns of multipliers; 32 without --hw");
        var m = Extent("--m", "rows of A, the tokens", 1);
        var n = Extent("--n", "columns of B, the outputs", 1024);
        var k = Extent("--k", "depth", 1024);
        var dataflow = new Option<string>("--dataflow") { Description = "what lies still: ws weights, os sums, is inputs (only with --compat)", DefaultValueFactory = _ => "ws" };
        dataflow.AcceptOnlyFromAmong("ws", "os", "is");
        var compat = new Option<string?>("--compat") { Description = "scale-sim: count cycles as that simulator does, folds one after another" };
        compat.AcceptOnlyFromAmong(ScaleSim);
        var hardware = new Option<string?>("--hw") { Description = "take the array from this hardware config" };
        var fold = new Option<int?>("--fold") { Description = "bands of the array's rows; the best without it" };
        var port = Extent("--weight-port", "bytes of weights per cycle; a row of the array's columns without it");
        var buffers = new Option<int?>("--weight-buffers") { Description = "1, or 2 to load a tile while another is used" };
        var bits = new Option<int>("--weight-bits") { Description = "2, 3, 4, 8 or 16", DefaultValueFactory = _ => 8 };
        var json = CommonOptions.Json();
        var command = new Command("array", "cycles of one product [M,K] x [K,N] on one matmul array")
        {
            rows, columns, dataflow, m, n, k, compat, hardware, fold, port, buffers, bits, json,
        };
        command.SetAction(parsed =>
        {
            var machine = parsed.GetValue(hardware) is { } config ? HardwareConfigs.Load(config).MatMulArrays : null;
            var stationary = _dataflows.First(pair => pair.Word == parsed.GetValue(dataflow)).Value;
            var (tokens, outputs, depth) = (parsed.GetValue(m)!.Value, parsed.GetValue(n)!.Value, parsed.GetValue(k)!.Value);
            var (height, width) = (parsed.GetValue(rows) ?? machine?.Rows ?? 32, parsed.GetValue(columns) ?? machine?.Columns ?? 32);
            if (parsed.GetValue(compat) is not null)
            {
                Show(terminal, parsed.GetValue(json), Figures(new FoldedProduct(height, width, stationary, tokens, outputs, depth)));
                return ExitCode.Done;
            }

            if (stationary == Stationary.Inputs)
            {
                throw new InputException("--dataflow", "", $"ws or os, as our machine has them (is: --compat {ScaleSim})", "is");
            }

            var array = Array(machine, Within("--rows", height, 512), Within("--cols", width, 4096), parsed.GetValue(port), parsed.GetValue(buffers));
            Show(terminal, parsed.GetValue(json), Figures(array, stationary, parsed.GetValue(fold), OneOf("--weight-bits", parsed.GetValue(bits), 2, 3, 4, 8, 16), tokens, outputs, depth));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The array of a config with what the options change, or one made of the options alone.</summary>
    private static MatMulArrayConfig Array(MatMulArrayConfig? machine, long rows, long columns, long? port, int? buffers) => new()
    {
        Count = 1,
        Rows = (int)rows,
        Columns = (int)columns,
        Dataflows = [ArrayDataflow.WeightStationary, ArrayDataflow.OutputStationary],
        Activations = [ActivationType.Int8],
        Weights = [WeightType.Int8],
        WeightBuffers = OneOf("--weight-buffers", buffers ?? machine?.WeightBuffers ?? 2, 1, 2),
        WeightPort = new(Within("--weight-port", port ?? machine?.WeightPort.Value ?? columns, MachineProduct.Largest)),
        Accumulators = new(MatMulArrayConfig.AccumulatorBytes),
    };

    private static List<(string Name, object Value)> Figures(FoldedProduct product) =>
    [
        ("cycles", product.Cycles - 1),
        ("folds", product.Folds),
        ("cycles_per_fold", product.CyclesPerFold),
        ("macs", product.Macs),
        ("sram_reads_a", product.ReadsA),
        ("sram_reads_b", product.ReadsB),
        ("sram_writes_c", product.WritesC),
        ("utilisation", product.Utilisation),
    ];

    private static List<(string Name, object Value)> Figures(MatMulArrayConfig array, Stationary stationary, int? fold, int bits, long m, long n, long k)
    {
        foreach (var (name, extent) in new[] { ("--m", m), ("--n", n), ("--k", k) })
        {
            Within(name, extent, MachineProduct.Largest);
        }

        if (fold is { } bands && (bands < 1 || array.Rows % bands != 0))
        {
            throw new InputException("--fold", "", $"a divisor of the {array.Rows} rows", $"{bands}");
        }

        var dataflow = stationary == Stationary.Weights ? Dataflow.WeightStationary : Dataflow.OutputStationary;
        var product = fold is { } given ? MachineProduct.Of(array, dataflow, given, bits, m, n, k) : MachineProduct.Best(array, dataflow, bits, m, n, k);
        return
        [
            ("cycles", (Int128)product.Cycles),
            ("folds", (Int128)product.Passes),
            ("bands", (Int128)product.Fold),
            ("macs", product.Macs),
            ("sram_reads_a", product.ReadsA),
            ("sram_reads_b", product.ReadsB),
            ("accumulator_writes_c", product.WritesC),
            ("utilisation", product.Utilisation),
        ];
    }

    private static void Show(Terminal terminal, bool json, List<(string Name, object Value)> figures)
    {
        if (json)
        {
            terminal.WriteJson(writer =>
            {
                foreach (var (name, value) in figures)
                {
                    writer.WritePropertyName(name);
                    writer.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                }
            });
            return;
        }

        terminal.WriteTable(
            ["figure", "value"],
            figures.Select(figure => new[] { figure.Name, figure.Value is Int128 whole ? whole.ToString("N0", CultureInfo.InvariantCulture) : Engineering.Percent((double)figure.Value) }));
    }

    private static Option<long?> Extent(string name, string description, long? fallback = null)
    {
        var option = new Option<long?>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, out var value) && value is < 1 or > FoldedProduct.Largest)
            {
                result.AddError($"{name}: expected a whole number from 1 to {FoldedProduct.Largest}, found {value}");
            }
        });
        return option;
    }

    private static long Within(string name, long value, long most) =>
        value <= most ? value : throw new InputException(name, "", $"at most {most} without --compat", $"{value}");

    private static int OneOf(string name, int value, params ReadOnlySpan<int> choices) =>
        choices.Contains(value) ? value : throw new InputException(name, "", $"one of {string.Join(", ", choices.ToArray())}", $"{value}");
}
