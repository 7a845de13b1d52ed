using System.Globalization;
using System.Text.Json;
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
                Files = modules.Select(module => $"rtl/{module.Name}.v"),
            },
            _json) + "\n");
        return files;
    }

    private static string Readme(string hardware, ArrayOptions options, string top) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # The matmul array of {hardware}

        `{top}`: {options.Array.Rows} x {options.Columns} multipliers, weight stationary, in {options.Fold} band(s) of H = {options.Height} rows, B = {options.Banks} weight buffer(s),
        {options.Array.WeightPort.Value} bytes of weights a cycle, {8 * options.ActivationBytes}-bit activations, {options.WeightBits}-bit weights{(options.HasMantissas ? ", a 16-bit mantissa per output and group" : "")}.

            sums[m, n] (+)= sum over groups of mantissa[n, g] * sum over k in g of activation[m, k] * weight[n, k]

        ## A command

        Taken when `command_valid` and `command_ready` are high: rows, depth, outputs, inputs of a group, whether sums are added to the accumulators,
        and the word of row 0. It is cut into passes of at most {options.Height} inputs of one group by {options.Lanes} outputs, inputs inside, outputs outside. For each:

        1. Beats of weights (`weight_valid`, `weight_ready`, `weight_data`): if the pass begins a group, the mantissas of its outputs, 16 bits each; then its
           codes, output by output, each output's inputs in a row. Packed without gaps from the lowest bit; the last beat may be short.
        2. Rows of activations, {options.Parts} beat(s) each (`activation_valid`, `activation_ready`): the array says which row, which first input and, of wide
           codes, which byte it wants; `activation_data` is that byte of {options.Height} inputs, and may be anything beyond the pass.

        The sum of row m and output n lands in lane `n mod {options.Lanes}`, word `address + (n / {options.Lanes}) * rows + m`. `done` is high in the first cycle in which all
        sums of a command are there. Read-out: `read`, `read_lane`, `read_address`; `read_data` comes a cycle later.

        ## Cycles

        Pass p loads in `load` cycles, one a beat, and streams in `stream` = rows * {options.Parts} cycles:

            L(p) = max(L(p-1) + load(p-1), S(p-B) + stream(p-B))
            S(p) = max(L(p) + load(p), S(p-1) + stream(p-1))
            done = S(P) + stream(P) + H + {options.Columns} - 1

        The first load of a command comes in the cycle behind the one in which it was taken, or when a buffer is free. The next command is taken with the
        last beat of this one, so its weights load while this one's activations stream. That is the simulator's formula, cycle for cycle.

        """);
}
