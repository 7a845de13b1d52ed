using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;
using Accel.Rtl.Synthesis.Gates;
using Accel.Rtl.Tests.Synthesis;

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

    /// <summary>From words of codes to scaled sums, a row per cycle: a scale of 16 bits per row, all ports and control.</summary>
    [SkippableTheory]
    [InlineData(-1, 1, 2, 2.8)]
    [InlineData(-8, 7, 4, 5)]
    public void A_unit_of_64_x_64_takes_few_gate_equivalents_per_weight_with_everything_in_it(int least, int most, double above, double below)
    {
        var library = Process130.Require();
        var random = new Random(1);
        var scales = Enumerable.Range(0, 64).Select(_ => (ushort)random.Next(1 << 15, 1 << 16)).ToArray();
        var unit = new ChipUnit(Matrices.Uniform(64, 64, least, most, 1), MatrixStyle.Serial, 64, 64, scales, effort: 1);

        var trial = UnitTrial.Run(unit, library, Tool.Folder($"unit-64-{most}"), new() { HasTiming = false }, 4096, vectors: 64, faults: 0, seed: 1);

        Assert.Null(trial.Gates!.FirstMismatch);
        Assert.InRange(trial.Synthesis.GateEquivalents / 4096, above, below);
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
