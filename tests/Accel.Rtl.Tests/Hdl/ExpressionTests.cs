using System.Globalization;
using System.Numerics;
using System.Text;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Tests.Hdl;

/// <summary>What an expression means as integers, its printed text means to the tools.</summary>
public sealed class ExpressionTests
{
    private const int Vectors = 12;

    [SkippableFact]
    public void Icarus_computes_random_expressions_as_the_evaluator_does()
    {
        Tool.Require("iverilog", "iverilog");
        var (module, values, inputs) = RandomModule(seed: 1, expressions: 250);
        var folder = Tool.Folder("icarus");
        File.WriteAllText(Path.Combine(folder, "dut.v"), VerilogPrinter.PrintText(module) + Bench(module, values, inputs, seed: 11, out var expected));

        Tool.Run(folder, "iverilog", "-g2001", "-o", "bench", "dut.v");

        Assert.Equal(expected, Lines(Tool.Run(folder, "vvp", "-n", "bench")));
    }

    [SkippableFact]
    public void Verilator_computes_random_expressions_as_the_evaluator_does_and_finds_nothing_to_warn_of()
    {
        Tool.Require("verilator", "verilator");
        var (module, values, inputs) = RandomModule(seed: 2, expressions: 120);
        var folder = Tool.Folder("verilator");
        var text = VerilogPrinter.PrintText(module);
        File.WriteAllText(Path.Combine(folder, "dut.v"), text);
        Tool.Lint(folder, "dut.v", module.Name);
        File.WriteAllText(Path.Combine(folder, "bench.v"), text + Bench(module, values, inputs, seed: 22, out var expected));

        Tool.Run(folder, "verilator", "--binary", "-Wno-fatal", "-Wno-STMTDLY", "--top-module", "bench", "-CFLAGS", "-O0", "bench.v");

        Assert.Equal(expected, Lines(Tool.Run(folder, Path.Combine(folder, "obj_dir", "Vbench"))));
    }

    [SkippableFact]
    public void Yosys_reads_random_expressions()
    {
        Tool.Require("yosys", "yosys");
        var (module, _, _) = RandomModule(seed: 3, expressions: 40);
        var folder = Tool.Folder("yosys");
        File.WriteAllText(Path.Combine(folder, "dut.v"), VerilogPrinter.PrintText(module));

        Tool.Run(folder, "yosys", "-q", "-p", "read_verilog dut.v; hierarchy -check -top dut; proc; check -assert");
    }

    [Fact]
    public void Sums_and_products_are_exact()
    {
        var m = new Module("m", "widths");
        var (a, b) = (m.InputSigned("a", 8), m.InputSigned("b", 5));

        Assert.Equal([9, 9, 13, 9], [(a + b).Width, (a - b).Width, (a * b).Width, (-a).Width]);
        Assert.Equal(9, (m.Input("u", 8) - m.Input("v", 5)).Width);
    }

    [Fact]
    public void Bits_of_different_widths_do_not_combine()
    {
        var m = new Module("m", "widths");
        var (a, b) = (m.Input("a", 8), m.Input("b", 5));

        Assert.Throws<WidthException>(() => a & b);
        Assert.Throws<WidthException>(() => a.Select(a, b));
        Assert.Throws<WidthException>(() => a.Truncate(9));
        Assert.Throws<WidthException>(() => Unsigned.Constant(3, 8));
        Assert.Throws<WidthException>(() => Signed.Constant(4, 8));
        Assert.Throws<WidthException>(() => m.Register("r", 4).Next(a));
    }

    /// <summary>A module of one output per expression.</summary>
    private static (Module Module, List<Node> Values, List<Signal> Inputs) RandomModule(int seed, int expressions)
    {
        var random = new Random(seed);
        var module = new Module("dut", "Random expressions.");
        var unsigned = new[] { 1, 3, 8, 13, 33, 64 }.Select(width => module.Input($"u{width}", width)).ToArray();
        var signed = new[] { 1, 4, 8, 17, 32, 65 }.Select(width => module.InputSigned($"s{width}", width)).ToArray();
        var generator = new RandomExpression(random, unsigned, signed);
        var values = new List<Node>();
        for (var i = 0; i < expressions; i++)
        {
            if (i % 2 == 0)
            {
                var value = generator.Unsigned(random.Next(1, 5));
                module.Output($"y{i}", value);
                values.Add(value.Node);
            }
            else
            {
                var value = generator.Signed(random.Next(1, 5));
                module.Output($"y{i}", value);
                values.Add(value.Node);
            }
        }

        return (module, values, [.. module.Signals.Where(s => s.Kind == SignalKind.Input)]);
    }

    private static string Bench(Module module, List<Node> values, List<Signal> inputs, int seed, out string[] expected)
    {
        var random = new Random(seed);
        var text = new StringBuilder("\nmodule bench;\n");
        var lines = new List<string>();
        foreach (var signal in module.Signals)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {(signal.Kind == SignalKind.Input ? "reg" : "wire")} [{signal.Width - 1}:0] {signal.Name};\n");
        }

        text.Append("  dut dut (").AppendJoin(", ", module.Signals.Select(s => $".{s.Name}({s.Name})")).Append(");\n  initial begin\n");
        for (var vector = 0; vector < Vectors; vector++)
        {
            var drawn = inputs.ToDictionary(s => s, s => RandomExpression.Value(random, s.Width, s.IsSigned));
            foreach (var (signal, value) in drawn)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {signal.Name} = {signal.Width}'h{Hex(value, signal.Width)};\n");
            }

            text.Append("    #1;\n");
            for (var i = 0; i < values.Count; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"    $display(\"{vector} y{i} %h\", y{i});\n");
                lines.Add($"{vector} y{i} {Hex(Evaluator.Evaluate(values[i], s => drawn[s]), values[i].Width)}");
            }
        }

        expected = [.. lines];
        return text.Append("    $finish;\n  end\nendmodule\n").ToString();
    }

    private static string Hex(BigInteger value, int width)
    {
        var digits = (width + 3) / 4;
        return Bits.Wrap(value, width, false).ToString("x", CultureInfo.InvariantCulture).PadLeft(digits, '0')[^digits..];
    }

    private static string[] Lines(string output) => [.. output.Split('\n').Where(line => line.Contains(" y", StringComparison.Ordinal))];
}
