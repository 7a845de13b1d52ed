using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Accel.Compiler.Quantization;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;
using Accel.Rtl.Matrices.Unrolled;

namespace Accel.Rtl.Tests.Chip;

/// <summary>The text of a matrix's logic for simulation and the one for synthesis do the same at every port in every cycle.</summary>
public sealed class ViewTests
{
    [SkippableTheory]
    [InlineData(MatrixStyle.Serial)]
    [InlineData(MatrixStyle.Parallel)]
    public void Both_texts_agree_in_every_cycle(MatrixStyle style)
    {
        Tool.Require("verilator", "verilator");
        var rows = Rows(style, Matrix("a", 40, 30, WeightFormat.Int4, 8, 1), Matrix("b", 20, 61, WeightFormat.Ternary, 61, 1), Matrix("c", 24, 12, WeightFormat.Int8, 5, 2));
        var folder = Tool.Folder($"views_{style}");

        Assert.Equal("vectors 2000 differences 0", Compare(folder, rows, vectors: 2000, flip: false));
    }

    [SkippableTheory]
    [InlineData(MatrixStyle.Serial)]
    [InlineData(MatrixStyle.Parallel)]
    public void Both_texts_are_lint_clean(MatrixStyle style)
    {
        Tool.Require("verilator", "verilator");
        var rows = Rows(style, Matrix("a", 9, 10, WeightFormat.Int4, 4, 1), Matrix("b", 6, 6, WeightFormat.Ternary, 6, 2));
        foreach (var view in Enum.GetValues<DesignView>())
        {
            var folder = Tool.Folder($"views_lint_{style}_{view}");
            File.WriteAllText(Path.Combine(folder, "rows.v"), VerilogPrinter.PrintText(rows, view));
            Tool.Lint(folder, "rows.v", rows.Name);
        }
    }

    [SkippableFact]
    public void A_flipped_weight_in_one_text_is_seen()
    {
        Tool.Require("verilator", "verilator");
        var rows = Rows(MatrixStyle.Serial, Matrix("a", 9, 10, WeightFormat.Int4, 4, 1), Matrix("b", 5, 6, WeightFormat.Ternary, 6, 1));

        Assert.DoesNotContain("differences 0", Compare(Tool.Folder("views_flipped"), rows, vectors: 100, flip: true), StringComparison.Ordinal);
    }

    /// <summary>All codes at once: from a reset, through a product, to its last row.</summary>
    [SkippableTheory]
    [InlineData(MatrixStyle.Serial, 16)]
    [InlineData(MatrixStyle.Parallel, 10)]
    public void Both_texts_of_a_small_unit_are_proved_equal_for_all_codes(MatrixStyle style, int cycles)
    {
        Tool.Require("yosys", "yosys");
        var rows = Rows(style, Matrix("a", 3, 3, WeightFormat.Ternary, 3, 1));
        var folder = Tool.Folder($"miter_{style}");

        Assert.Contains("SUCCESS", Prove(folder, rows, cycles, flip: false), StringComparison.Ordinal);
        Assert.Contains("FAIL", Prove(folder, rows, cycles, flip: true), StringComparison.Ordinal);
    }

    private static string Prove(string folder, Module rows, int cycles, bool flip)
    {
        Write(folder, rows, flip);

        // A reset, a start, then codes that are held, whatever they are; whatever else registers held before.
        var steps = string.Concat(Enumerable.Range(1, cycles).Select(step =>
            string.Create(CultureInfo.InvariantCulture, $" -set-at {step} rst_n {(step > 1 ? 1 : 0)} -set-at {step} in_start {(step == 2 ? 1 : 0)}")));
        File.WriteAllText(Path.Combine(folder, "prove.ys"), string.Create(CultureInfo.InvariantCulture, $"""
            read_verilog behaviour.v structure.v held.v
            hierarchy -top held
            proc
            flatten
            opt -full
            techmap
            opt -full
            sat -seq {cycles} -set in_write 0{steps} -prove differs 0 -prove-skip 2

            """));
        return Tool.Run(folder, "yosys", "prove.ys");
    }

    private static string Compare(string folder, Module rows, int vectors, bool flip)
    {
        Write(folder, rows, flip);
        var inputs = rows.In(DesignView.Simulation);
        File.WriteAllText(Path.Combine(folder, "bench.cpp"), string.Create(CultureInfo.InvariantCulture, $$"""
            #include <cstdio>
            #include <cstdint>
            #include "Vheld.h"
            int main() {
                Vheld chip;
                uint64_t state = 1, differences = 0;
                auto draw = [&] { state = state * 6364136223846793005u + 1442695040888963407u; return (uint32_t)(state >> 33); };
                auto tick = [&] { chip.clk = 0; chip.eval(); if (chip.rst_n && chip.differs) ++differences; chip.clk = 1; chip.eval(); };
                chip.rst_n = 0; chip.in_start = 0; chip.in_matrix = 0;
                for (int i = 0; i < 4; ++i) tick();
                chip.rst_n = 1;
                int vectors = 0;
                for (; vectors < {{vectors}}; ++vectors) {
                    for (int i = draw() % 3; i > 0; --i) tick();
                    chip.in_matrix = draw() % chip.matrices;
                    bool ends = draw() % 4 == 0;
                    for (int i = 0; i < {{Width(inputs, "codes") / 8}}; ++i) {
                        chip.in_place = i; chip.in_write = 1; chip.in_code = ends ? (draw() & 1 ? 127 : -127) : (int)(draw() % 255) - 127;
                        tick();
                    }
                    chip.in_write = 0;
                    chip.in_start = 1; tick(); chip.in_start = 0;
                    for (int i = 0; i < {{vectors}} && !chip.finished; ++i) tick();
                }
                printf("vectors %d differences %llu\n", vectors, (unsigned long long)differences);
            }
            """));
        Tool.Run(folder, "verilator", "-Wno-fatal", "-O3", "--cc", "--exe", "--build", "-CFLAGS", "-O1", "--prefix", "Vheld", "--top-module", "held", "behaviour.v", "structure.v", "held.v", "bench.cpp");
        return Tool.Run(folder, Path.Combine(folder, "obj_dir", "Vheld")).Trim();
    }

    /// <summary>Both texts and a module with both in it: codes in registers, and whether any output differs.</summary>
    private static void Write(string folder, Module rows, bool flip)
    {
        var behaviour = VerilogPrinter.PrintText(rows);
        var structure = VerilogPrinter.PrintText(rows, DesignView.Synthesis).Replace($"module {rows.Name} (", "module structure (", StringComparison.Ordinal);
        if (flip)
        {
            var digit = Regex.Match(behaviour, @"entry = \d+'[hd]([0-9a-f]+);").Groups[1].Index;
            behaviour = $"{behaviour[..digit]}{(behaviour[digit] == '1' ? '3' : '1')}{behaviour[(digit + 1)..]}";
        }

        var select = rows.Signals.FirstOrDefault(signal => signal.Name == "matrix");
        var count = rows.Instances.Count;
        var ports = $".clk(clk), .rst_n(rst_n), .start(start), {(select is null ? "" : ".matrix(matrix), ")}.codes(codes)";
        var (codes, row, sums) = (Width(rows, "codes"), Width(rows, "row"), Width(rows, "sums"));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            module held (input clk, input rst_n, input in_start, input [{{Math.Max(1, select?.Width ?? 1) - 1}}:0] in_matrix, input in_write, input [15:0] in_place, input [7:0] in_code,
                         output differs, output finished, output [7:0] matrices);
                reg [{{codes - 1}}:0] codes;
                reg [{{Math.Max(1, select?.Width ?? 1) - 1}}:0] matrix;
                reg seen;
                wire start = in_start;
                wire valid_a, valid_b;
                wire [{{row - 1}}:0] row_a, row_b;
                wire [{{sums - 1}}:0] sums_a, sums_b;
                {{rows.Name}} a ({{ports}}, .row_valid(valid_a), .row(row_a), .sums(sums_a));
                structure b ({{ports}}, .row_valid(valid_b), .row(row_b), .sums(sums_b));
                assign differs = (valid_a != valid_b) | (sums_a != sums_b) | (valid_a & (row_a != row_b));
                assign finished = seen & !valid_a;
                assign matrices = 8'd{{count}};
                always @(posedge clk) begin
                    if (in_write) codes[8*in_place +: 8] <= in_code;
                    matrix <= in_matrix;
                    seen <= valid_a;
                end
            endmodule

            """);
        File.WriteAllText(Path.Combine(folder, "behaviour.v"), behaviour);
        File.WriteAllText(Path.Combine(folder, "structure.v"), structure);
        File.WriteAllText(Path.Combine(folder, "held.v"), text.ToString());
    }

    private static int Width(Module module, string port) => module.Signals.Single(signal => signal.Name == port).Width;

    private static Module Rows(MatrixStyle style, params UnrolledMatrix[] matrices) =>
        style == MatrixStyle.Serial ? new SerialStyle().Rows(matrices) : new ParallelStyle().Rows(matrices);

    private static UnrolledMatrix Matrix(string name, int rows, int columns, WeightFormat format, int group, int blocks)
    {
        var random = new Random(rows);
        var limit = WeightMatrix.LimitOf(format);
        var codes = Enumerable.Range(0, rows * columns).Select(_ => (sbyte)random.Next(-limit, limit + 1)).ToArray();
        var groups = (columns + group - 1) / group;
        return new(new WeightMatrix(name, rows, columns, format, group, 0) { Data = new(codes, new ushort[rows * groups]) }, blocks, codeBits: 8, mostBandRows: 20);
    }
}
