using System.Globalization;
using System.Text;
using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class SerialTests
{
    private const int OutputBits = 20;

    [Fact]
    public void A_column_adder_adds_every_combination()
    {
        SerialTerm[][] sums =
        [
            [new(0, 0, false), new(1, 0, true)],
            [new(0, 0, false), new(1, 2, false)],
            [new(0, 0, true), new(1, 0, true), new(2, 1, true)],
            [new(0, 3, false), new(1, 1, true), new(2, 0, false), new(3, 0, false), new(4, 1, false)],
            [new(0, 1, false)],
        ];
        foreach (var terms in sums)
        {
            var adder = new ColumnAdder([.. terms.Select(term => term.Shift)], terms.Sum(term => term.Negative ? 1L << term.Shift : 0));
            for (var code = 0; code < 1 << (terms.Length + adder.StateBits); code++)
            {
                // A state that a vector reaches: at most the greatest sum halved, again and again, or the start.
                var state = code >> terms.Length;
                if (state > Math.Max(adder.Reach - 1, adder.Start))
                {
                    continue;
                }

                var bits = new List<int>();
                var expected = (long)state;
                for (var t = 0; t < terms.Length; t++)
                {
                    bits.Add((code >> t) & 1);
                    expected += (long)bits[t] << terms[t].Shift;
                }

                for (var k = 0; k < adder.StateBits; k++)
                {
                    bits.Add((state >> k) & 1);
                }

                foreach (var cell in adder.Cells)
                {
                    var total = bits[cell.A] + bits[cell.B] + (cell.C == ColumnAdder.None ? 0 : bits[cell.C]);
                    bits.Add(total & 1);
                    bits.Add(total >> 1);
                }

                var sum = adder.Sum.Select((bit, k) => bit == ColumnAdder.None ? 0L : (long)bits[bit] << k).Sum();
                Assert.Equal(expected, sum);
                Assert.True(sum >> 1 <= Math.Max(adder.Reach - 1, adder.Start));
            }
        }
    }

    [SkippableTheory]
    [InlineData(LogicView.Words, "int4")]
    [InlineData(LogicView.Cells, "int4")]
    [InlineData(LogicView.Words, "ternary")]
    [InlineData(LogicView.Cells, "ternary")]
    [InlineData(LogicView.Cells, "int8")]
    [InlineData(LogicView.Words, "odd")]
    [InlineData(LogicView.Cells, "odd")]
    public void The_serial_product_is_the_integer_product_vector_after_vector(LogicView view, string kind)
    {
        Tool.Require("iverilog", "iverilog");
        var matrix = Matrices.Small(kind);
        var graph = SerialOptimiser.Optimise(matrix, new() { EffortPercent = 1 });
        var text = VerilogPrinter.PrintText(SerialProduct.Build("product", graph, view));
        Assert.Equal(0, Mismatches(text, matrix, vectors: 300, seed: 4));
    }

    [SkippableFact]
    public void A_flipped_start_of_one_sum_is_seen()
    {
        Tool.Require("iverilog", "iverilog");
        var matrix = Matrices.Uniform(16, 12, -8, 7, 1);
        var graph = SerialOptimiser.Optimise(matrix, new() { EffortPercent = 0 });
        var sums = Enumerable.Range(0, graph.Sums).Select(k => graph.Sum(k).ToArray()).ToArray();
        sums[3][0] = sums[3][0] with { Negative = !sums[3][0].Negative };
        var wrong = new SerialGraph(graph.Inputs, sums, graph.Outputs.ToArray());
        Assert.True(Mismatches(VerilogPrinter.PrintText(SerialProduct.Build("product", wrong, LogicView.Cells)), matrix, 20, 5) > 0);
    }

    [SkippableFact]
    public void Both_views_are_lint_clean()
    {
        Tool.Require("verilator", "verilator");
        var graph = SerialOptimiser.Optimise(Matrices.Uniform(16, 12, -8, 7, 1), new() { EffortPercent = 0 });
        foreach (var view in Enum.GetValues<LogicView>())
        {
            var folder = Tool.Folder($"serial-lint-{view}");
            File.WriteAllText(Path.Combine(folder, "product.v"), VerilogPrinter.PrintText(SerialProduct.Build("product", graph, view)));
            Tool.Lint(folder, "product.v", "product");
        }
    }

    /// <summary>Runs vectors back to back through <c>product</c> under Icarus and counts outputs that differ from the integer product.</summary>
    internal static int Mismatches(string verilog, IntegerMatrix matrix, int vectors, int seed, params string[] more)
    {
        var folder = Tool.Folder($"serial-{Guid.NewGuid():N}");
        var random = new Random(seed);
        var inputs = new StringBuilder();
        var expected = new List<long[]>();
        for (var v = 0; v < vectors; v++)
        {
            var x = Enumerable.Range(0, matrix.Inputs).Select(_ => v < 4 ? (v % 2 == 0 ? -128L : 127) : random.Next(-128, 128)).ToArray();
            expected.Add([.. Enumerable.Range(0, matrix.Outputs).Select(j => Enumerable.Range(0, matrix.Inputs).Sum(i => x[i] * matrix[i, j]))]);
            for (var t = 0; t < OutputBits; t++)
            {
                inputs.AppendLine(string.Concat(x.Reverse().Select(value => (value >> t) & 1)));
            }
        }

        File.WriteAllText(Path.Combine(folder, "product.v"), verilog);
        File.WriteAllText(Path.Combine(folder, "inputs.txt"), inputs.ToString());
        File.WriteAllText(Path.Combine(folder, "bench.v"), string.Create(CultureInfo.InvariantCulture, $$"""
            `timescale 1ns/1ps
            module bench;
                reg [{{matrix.Inputs - 1}}:0] bits [0:{{(vectors * OutputBits) - 1}}];
                reg clk, start;
                reg [{{matrix.Inputs - 1}}:0] x;
                wire [{{matrix.Outputs - 1}}:0] y;
                integer t;
                product dut(.clk(clk), .start(start), .x(x), .y(y));
                initial begin
                    $readmemb("inputs.txt", bits);
                    clk = 0; start = 1; x = 0;
                    #5 clk = 1; #5 clk = 0;
                    for (t = 0; t < {{vectors * OutputBits}}; t = t + 1) begin
                        x = bits[t];
                        start = t % {{OutputBits}} == {{OutputBits - 1}};
                        #5 $display("%b", y);
                        clk = 1; #5 clk = 0;
                    end
                    $finish;
                end
            endmodule
            """));
        Tool.Run(folder, "iverilog", ["-g2005", "-o", "bench.vvp", "bench.v", "product.v", .. more]);
        var lines = Tool.Run(folder, "vvp", "-n", "bench.vvp").Split('\n').Where(line => line.Length == matrix.Outputs && line.All(c => c is '0' or '1' or 'x' or 'z')).ToArray();
        Assert.Equal(vectors * OutputBits, lines.Length);
        var wrong = 0;
        for (var v = 0; v < vectors; v++)
        {
            for (var j = 0; j < matrix.Outputs; j++)
            {
                var bits = Enumerable.Range(0, OutputBits).Select(t => lines[(v * OutputBits) + t][matrix.Outputs - 1 - j]).ToArray();
                wrong += Enumerable.Range(0, OutputBits).All(t => bits[t] == ((expected[v][j] >> t) & 1) + '0') ? 0 : 1;
            }
        }

        return wrong;
    }
}
