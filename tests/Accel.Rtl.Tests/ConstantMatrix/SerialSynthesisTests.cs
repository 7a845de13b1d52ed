using Accel.Compiler.Quantization;
using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;
using Accel.Rtl.Matrices.Unrolled;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class SerialSynthesisTests
{
    [SkippableFact]
    public void A_ternary_product_of_64_x_64_takes_at_most_3_gate_equivalents_per_weight()
    {
        var graph = SerialOptimiser.Optimise(Matrices.Uniform(64, 64, -1, 1, 1));
        var netlist = MappedNetlist.Of(VerilogPrinter.PrintText(SerialProduct.Build("product", graph, LogicView.Cells)), "product");
        Assert.InRange(netlist.GateEquivalents / 4096, 1.5, 3);
    }

    /// <summary>From codes to the words of rows: with the choice of bits, the passes, and the turn of bits to words.</summary>
    [SkippableFact]
    public void Int4_rows_of_64_x_64_take_at_most_8_gate_equivalents_per_weight_with_all_their_ports()
    {
        var random = new Random(1);
        var codes = Enumerable.Range(0, 4096).Select(_ => (sbyte)random.Next(-7, 8)).ToArray();
        var matrix = new UnrolledMatrix(new WeightMatrix("w", 64, 64, WeightFormat.Int4, 64, 0) { Data = new(codes, new ushort[64]) }, blocks: 1, codeBits: 8);
        var rows = new SerialStyle().Rows([matrix]);
        var netlist = MappedNetlist.Of(VerilogPrinter.PrintText(rows, DesignView.Synthesis), rows.Name);
        Assert.InRange(netlist.GateEquivalents / 4096, 4, 8);
    }

    [SkippableFact]
    public void The_mapped_netlist_is_the_integer_product_and_a_stuck_input_is_seen()
    {
        Tool.Require("iverilog", "iverilog");
        var matrix = Matrices.Uniform(20, 16, -8, 7, 2);
        var graph = SerialOptimiser.Optimise(matrix);
        var netlist = MappedNetlist.Of(VerilogPrinter.PrintText(SerialProduct.Build("product", graph, LogicView.Cells)), "product");
        Assert.Equal(0, SerialTests.Mismatches(netlist.Text, matrix, vectors: 1000, seed: 3, netlist.CellModels));
        foreach (var (cell, value) in new[] { (0, 0), (7, 1), (40, 0) })
        {
            Assert.True(SerialTests.Mismatches(netlist.WithStuckAt(cell, value), matrix, 50, 4, netlist.CellModels) > 0);
        }
    }
}
