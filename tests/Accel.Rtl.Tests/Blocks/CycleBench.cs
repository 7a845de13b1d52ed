using System.Globalization;
using System.Numerics;
using System.Text;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Tests.Blocks;

/// <summary>A module in Icarus, given its inputs cycle by cycle behind a reset.</summary>
internal static class CycleBench
{
    /// <param name="inputs">Per cycle the value of each input, in the order of the ports.</param>
    /// <returns>Per cycle the bits of each output before the edge, in the order of the ports; null where they are unknown.</returns>
    public static IReadOnlyList<BigInteger?[]> Run(Module module, string folder, IReadOnlyList<BigInteger[]> inputs)
    {
        Tool.Require("iverilog", "iverilog");
        var ports = module.Signals.Where(signal => signal.Kind is SignalKind.Input or SignalKind.Output).ToList();
        var ins = ports.Where(port => port.Kind == SignalKind.Input).ToList();
        var outs = ports.Where(port => port.Kind == SignalKind.Output).ToList();
        var width = ins.Sum(port => port.Width);
        var path = Tool.Folder(folder);
        var vectors = new StringBuilder();
        foreach (var row in inputs)
        {
            var word = BigInteger.Zero;
            for (var i = ins.Count - 1; i >= 0; i--)
            {
                word = (word << ins[i].Width) | Bits.Wrap(row[i], ins[i].Width, false);
            }

            vectors.Append(word.ToString("x", CultureInfo.InvariantCulture)).Append('\n');
        }

        File.WriteAllText(Path.Combine(path, "vectors.hex"), vectors.ToString());
        var text = new StringBuilder(VerilogPrinter.PrintText(module));
        text.Append(CultureInfo.InvariantCulture, $"module bench;\n reg clk = 0, rst_n = 0;\n integer n = 0;\n reg [{width - 1}:0] vectors [0:{inputs.Count - 1}];\n reg [{width - 1}:0] word = 0;\n");
        foreach (var port in outs)
        {
            text.Append(CultureInfo.InvariantCulture, $" wire [{port.Width - 1}:0] {port.Name};\n");
        }

        var connections = new List<string>();
        if (module.HasClock)
        {
            connections.Add(".clk(clk)");
        }

        if (module.HasReset)
        {
            connections.Add(".rst_n(rst_n)");
        }

        var low = 0;
        foreach (var port in ins)
        {
            connections.Add($".{port.Name}(word[{low + port.Width - 1}:{low}])");
            low += port.Width;
        }

        connections.AddRange(outs.Select(port => $".{port.Name}({port.Name})"));
        text.Append(CultureInfo.InvariantCulture, $" {module.Name} dut ({string.Join(", ", connections)});\n");
        text.Append(CultureInfo.InvariantCulture, $" initial begin $readmemh(\"vectors.hex\", vectors); #1 clk = 1; #1 clk = 0; rst_n = 1;\n for (n = 0; n < {inputs.Count}; n = n + 1) begin word = vectors[n]; #1 $display(\"");
        text.AppendJoin(' ', outs.Select(_ => "%h")).Append("\", ").AppendJoin(", ", outs.Select(port => port.Name)).Append("); clk = 1; #1 clk = 0; end $finish; end\nendmodule\n");
        File.WriteAllText(Path.Combine(path, "bench.v"), text.ToString());
        Tool.Run(path, "iverilog", "-g2001", "-o", "bench", "bench.v");
        return
        [
            .. Tool.Run(path, "vvp", "-n", "bench").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(line => line.Split(' ').Select(Parse).ToArray()),
        ];
    }

    private static BigInteger? Parse(string hex) =>
        hex.Contains('x', StringComparison.OrdinalIgnoreCase) ? null : BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
