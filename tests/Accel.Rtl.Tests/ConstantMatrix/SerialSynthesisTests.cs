using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class SerialSynthesisTests
{
    [SkippableTheory]
    [InlineData(-8, 7, 8)]
    [InlineData(-1, 1, 3)]
    public void Gate_equivalents_per_weight_of_64_x_64(int least, int most, double limit)
    {
        var graph = SerialOptimiser.Optimise(Matrices.Uniform(64, 64, least, most, 1));
        var netlist = MappedNetlist.Of(VerilogPrinter.PrintText(SerialProduct.Build("product", graph, LogicView.Cells)), "product");
        Assert.InRange(netlist.GateEquivalents / 4096, limit / 2, limit);
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
