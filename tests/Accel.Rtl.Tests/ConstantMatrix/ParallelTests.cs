using System.Globalization;
using System.Text;
using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Graphs;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class ParallelTests
{
    [SkippableTheory]
    [InlineData("int4", 1)]
    [InlineData("int4", 3)]
    [InlineData("ternary", 2)]
    [InlineData("int8", 30)]
    [InlineData("odd", 1)]
    public void The_parallel_product_is_the_integer_product_every_cycle(string kind, int levels)
    {
        Tool.Require("iverilog", "iverilog");
        var matrix = Matrices.Small(kind);
        var cost = GraphCost.Of(MatrixOptimiser.Optimise(matrix, new() { EffortPercent = 1 }), ValueRange.Int8);
        var module = ParallelProduct.Build("product", cost, levels);
        Assert.Equal(0, Mismatches(VerilogPrinter.PrintText(module), matrix, cost, levels, vectors: 300));
    }

    [SkippableFact]
    public void The_mapped_netlist_is_the_integer_product_and_a_stuck_input_is_seen()
    {
        Tool.Require("iverilog", "iverilog");
        var matrix = Matrices.Uniform(12, 10, -8, 7, 4);
        var cost = GraphCost.Of(MatrixOptimiser.Optimise(matrix, new() { EffortPercent = 5, Objective = GraphObjective.Bits }), ValueRange.Int8);
        var netlist = MappedNetlist.Of(VerilogPrinter.PrintText(ParallelProduct.Build("product", cost, 2)), "product");
        Assert.Equal(0, Mismatches(netlist.Text, matrix, cost, 2, 1000, netlist.CellModels));
        Assert.True(Mismatches(netlist.WithStuckAt(3, 0), matrix, cost, 2, 50, netlist.CellModels) > 0);
    }

    [SkippableFact]
    public void It_is_lint_clean()
    {
        Tool.Require("verilator", "verilator");
        var cost = GraphCost.Of(MatrixOptimiser.Optimise(Matrices.Uniform(16, 12, -8, 7, 1), new() { EffortPercent = 1 }), ValueRange.Int8);
        var folder = Tool.Folder("parallel-lint");
        File.WriteAllText(Path.Combine(folder, "product.v"), VerilogPrinter.PrintText(ParallelProduct.Build("product", cost, 2)));
        Tool.Lint(folder, "product.v", "product");
    }

    /// <summary>A vector each cycle through <c>product</c> under Icarus; counts outputs that differ from the integer product.</summary>
    private static int Mismatches(string verilog, IntegerMatrix matrix, GraphCost cost, int levels, int vectors, params string[] more)
    {
        var stages = PipelineSchedule.Of(cost, levels).Stages;
        var outputWidth = ParallelProduct.OutputWidth(cost);
        var folder = Tool.Folder($"parallel-{Guid.NewGuid():N}");
        var random = new Random(6);
        var inputs = new StringBuilder();
        var expected = new List<string>();
        for (var v = 0; v < vectors; v++)
        {
            var x = Enumerable.Range(0, matrix.Inputs).Select(_ => v < 4 ? (v % 2 == 0 ? -128L : 127) : random.Next(-128, 128)).ToArray();
            inputs.AppendLine(string.Concat(x.Reverse().Select(value => Binary(value, 8))));
            expected.Add(string.Concat(Enumerable.Range(0, matrix.Outputs).Reverse().Select(j => Binary(Enumerable.Range(0, matrix.Inputs).Sum(i => x[i] * matrix[i, j]), outputWidth))));
        }

        var clock = stages > 0 ? ".clk(clk), " : "";
        File.WriteAllText(Path.Combine(folder, "product.v"), verilog);
        File.WriteAllText(Path.Combine(folder, "inputs.txt"), inputs.ToString());
        File.WriteAllText(Path.Combine(folder, "bench.v"), string.Create(CultureInfo.InvariantCulture, $$"""
            `timescale 1ns/1ps
            module bench;
                reg [{{(matrix.Inputs * 8) - 1}}:0] vectors [0:{{vectors - 1}}];
                reg clk;
                reg [{{(matrix.Inputs * 8) - 1}}:0] x;
                wire [{{(matrix.Outputs * outputWidth) - 1}}:0] y;
                integer t;
                product dut({{clock}}.x(x), .y(y));
                initial begin
                    $readmemb("inputs.txt", vectors);
                    clk = 0;
                    for (t = 0; t < {{vectors + stages}}; t = t + 1) begin
                        x = vectors[t < {{vectors}} ? t : 0];
                        #5 $display("%b", y);
                        clk = 1; #5 clk = 0;
                    end
                    $finish;
                end
            endmodule
            """));
        Tool.Run(folder, "iverilog", ["-g2005", "-o", "bench.vvp", "bench.v", "product.v", .. more]);
        var lines = Tool.Run(folder, "vvp", "-n", "bench.vvp").Split('\n').Where(line => line.Length == matrix.Outputs * outputWidth).ToArray();
        Assert.Equal(vectors + stages, lines.Length);
        var wrong = 0;
        for (var v = 0; v < vectors; v++)
        {
            for (var j = 0; j < matrix.Outputs; j++)
            {
                wrong += lines[v + stages].AsSpan(j * outputWidth, outputWidth).SequenceEqual(expected[v].AsSpan(j * outputWidth, outputWidth)) ? 0 : 1;
            }
        }

        return wrong;
    }

    private static string Binary(long value, int width) => string.Concat(Enumerable.Range(0, width).Reverse().Select(k => (value >> k) & 1));
}
