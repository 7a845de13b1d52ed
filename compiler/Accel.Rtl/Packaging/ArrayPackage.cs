using System.Globalization;
using System.Text.Json;
using Accel.Hardware;
using Accel.Rtl.Blocks.Arrays;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Packaging;

/// <summary>The matmul array of a hardware config as a folder: modules, README, report, scripts.</summary>
public static class ArrayPackage
{
    /// <summary>The report's name in an array's folder.</summary>
    public const string ReportName = "array.json";

    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>All files by their paths.</summary>
    /// <param name="hardware">The config's name.</param>
    /// <param name="options">The array.</param>
    /// <exception cref="Core.Diagnostics.InputException">An array that cannot be built.</exception>
    public static IReadOnlyDictionary<string, string> Of(string hardware, ArrayOptions options)
    {
        var top = MatMulArray.Build(options);
        var modules = VerilogPrinter.Print(top);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var module in modules)
        {
            files.Add($"rtl/{module.Name}.v", module.Text);
        }

        var paths = string.Join(' ', modules.Select(module => $"rtl/{module.Name}.v"));
        files.Add("README.md", Readme(hardware, options, top.Name));
        files.Add(
            "Makefile",
            $"lint:\n\tverilator --lint-only -Wall -Wno-UNUSEDSIGNAL -Wno-DECLFILENAME --top-module {top.Name} {paths}\n\n" +
            $"synth:\n\tyosys -q -l synth.log -p 'read_verilog {paths}; blackbox {top.Name}_words; hierarchy -check -top {top.Name}; synth -top {top.Name}; stat'\n\n.PHONY: lint synth\n");
        files.Add(ReportName, JsonSerializer.Serialize(
            new
            {
                Format = "accel-array 1",
                Top = top.Name,
                Hardware = hardware,
                Dataflow = options.Dataflow == ArrayDataflow.WeightStationary ? "ws" : "os",
                options.Array.Rows,
                options.Columns,
                options.Fold,
                WeightBuffers = options.Banks,
                WeightPortBytes = options.Array.WeightPort.Value,
                ActivationBits = 8 * options.ActivationBytes,
                options.WeightBits,
                options.HasMantissas,
                AccumulatorLanes = options.Lanes,
                options.WordsPerLane,
                options.ReadOutBytes,
                Files = modules.Select(module => $"rtl/{module.Name}.v"),
            },
            _json) + "\n");
        return files;
    }

    private static string Readme(string hardware, ArrayOptions options, string top)
    {
        var isOutputStationary = options.Dataflow == ArrayDataflow.OutputStationary;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # The matmul array of {hardware}

            `{top}`: {options.Array.Rows} x {options.Columns} multipliers, {(isOutputStationary ? "output" : "weight")} stationary, in {options.Fold} band(s) of H = {options.Height} rows,{(isOutputStationary ? "" : $" B = {options.Banks} weight buffer(s),")}
            {options.Array.WeightPort.Value} bytes of weights a cycle, {8 * options.ActivationBytes}-bit activations, {options.WeightBits}-bit weights{(options.HasMantissas ? ", a 16-bit mantissa per output and group" : "")}.

                sums[m, n] (+)= sum over groups of mantissa[n, g] * sum over k in g of activation[m, k] * weight[n, k]

            ## A product

            {(isOutputStationary ? SumsStand(options) : WeightsStand(options))}

            ## The read-out

            Taken when `drain_valid` and `drain_ready` are high, beside products whose sums lie elsewhere. Row by row it gives

                y[m, n] = sat(shift(sat32(shift(sum[m, n], sum_shift)) * scale[m], output_shift) + bias[n])     without a scale: sat(shift(sum, sum_shift) + bias)

            `drain_address` is the word of row 0, `drain_stride` the rows of the product, `drain_type` 0 to 3 for results of 1, 2, 4 or 8 bytes. Shifts round half up, negative ones
            go left, 63 gives 0; `drain_limit` is the greatest magnitude, 0 for none. What leaves 64 bits on the way wraps; the simulator calls that a fault. `drain_scale` and
            `drain_bias` (0 where there is none) are those of `drain_row` and of the {options.Columns} columns from `drain_column` on, in the same cycle. `read_data` holds `read_bytes` bytes of results when
            `read_valid` is high, packed from the lowest; `drained` is high in the first cycle in which all have left.

            It takes max(rows * ceil(columns / {options.Columns}), ceil(bytes / {options.ReadOutBytes})) + 8 cycles; the next one's first words are read 8 cycles before this one is done.

            """);
    }

    private static string Placement(ArrayOptions options) =>
        $"The sum of row m and output n lands in lane `n mod {options.Lanes}`, word `address + (n / {options.Lanes}) * rows + m`. `done` is high in the first cycle in which all sums of a command are there.";

    private static string WeightsStand(ArrayOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        Taken when `command_valid` and `command_ready` are high: rows, depth, outputs, inputs of a group, whether sums are added to the accumulators,
        and the word of row 0. It is cut into passes of at most {options.Height} inputs of one group by {options.Lanes} outputs, inputs inside, outputs outside. For each:

        1. Beats of weights (`weight_valid`, `weight_ready`, `weight_data`): if the pass begins a group, the mantissas of its outputs, 16 bits each; then its
           codes, output by output, each output's inputs in a row. Packed without gaps from the lowest bit; the last beat may be short.
        2. Rows of activations, {options.Parts} beat(s) each (`activation_valid`, `activation_ready`): the array says which row, which first input and, of wide
           codes, which byte it wants; `activation_data` is that byte of {options.Height} inputs, and may be anything beyond the pass.

        {Placement(options)}

        Pass p loads in `load` cycles, one a beat, and streams in `stream` = rows * {options.Parts} cycles:

            L(p) = max(L(p-1) + load(p-1), S(p-B) + stream(p-B))
            S(p) = max(L(p) + load(p), S(p-1) + stream(p-1))
            done = S(P) + stream(P) + H + {options.Columns} - 1

        The first load of a command comes in the cycle behind the one in which it was taken, or when a buffer is free. The next command is taken with the
        last beat of this one, so its weights load while this one's activations stream. That is the simulator's formula, cycle for cycle.
        """);

    private static string SumsStand(ArrayOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        Taken when `command_valid` and `command_ready` are high: rows, depth, outputs,{(options.HasMantissas ? " inputs of a group, groups," : "")} whether sums are added to the accumulators, and the word of
        row 0. It is cut into passes of at most {options.Height} rows by {options.Lanes} outputs with the whole depth, outputs inside, rows outside. For each:

        1. Beats of weights (`weight_valid`, `weight_ready`, `weight_data`): group after group, input by input the codes of all its outputs{(options.HasMantissas ? ", then the mantissas of the group" : "")}.
           Packed without gaps from the lowest bit; the last beat of a pass may be short.
        2. Activations, {options.Parts} beat(s) an input (`activation_valid`, `activation_ready`): the array says which input, which first row and, of wide codes, which byte
           it wants; `activation_data` is that byte of {options.Height} rows, and may be anything beyond the product.

        {Placement(options)}

        Pass p streams in `stream` = max(depth * {options.Parts}, beats of weights, H) cycles; sums leave down the columns while the next pass runs:

            S(p) = S(p-1) + stream(p-1)
            done = S(P) + stream(P) + 2 H + {options.Columns} - 1

        The first input of a command enters in the cycle behind the one in which it was taken, or when the stream before has ended. That is the simulator's formula, cycle for
        cycle; where an input takes more than one beat of activations, it also counts the beats without which the first and the last input cannot begin.
        """);
}
