using Accel.Core.Diagnostics;
using Accel.Rtl.Matrices;
using Accel.Rtl.Synthesis.Gates;
using Accel.Rtl.Tests.ConstantMatrix;

namespace Accel.Rtl.Tests.Synthesis;

public sealed class GateLevelTests
{
    [SkippableTheory]
    [InlineData("rom")]
    [InlineData("serial")]
    [InlineData("parallel")]
    [InlineData("serial-graph")]
    [InlineData("parallel-graph")]
    public void Gates_of_each_style_give_the_integer_product_and_stuck_inputs_are_seen(string style)
    {
        var library = Process130.Require();
        var matrix = ConstantMatrix.Matrices.Uniform(10, 6, -8, 7, 3);
        var random = new Random(4);
        ProductUnit unit = style switch
        {
            "serial-graph" => new SerialUnit(matrix, new() { EffortPercent = 5 }),
            "parallel-graph" => new ParallelUnit(matrix, 2, new() { EffortPercent = 5 }),
            _ => new ChipUnit(matrix, Enum.Parse<MatrixStyle>(style, ignoreCase: true), 4, 4, [.. Enumerable.Range(0, 18).Select(_ => (ushort)random.Next(1 << 15, 1 << 16))], effort: 5),
        };
        var trial = UnitTrial.Run(unit, library, Tool.Folder($"unit-{style}"), new(), 60, vectors: 1000, faults: 40, seed: 9);
        Assert.True(trial.Gates!.Vectors >= 1000);
        Assert.Equal((0, null), ((int)trial.Gates.Mismatches, trial.Gates.FirstMismatch));

        // Some inputs cannot be seen: a counter's high bit that is never reached, a carry that is always 0.
        Assert.Equal(style, unit.Style);
        Assert.InRange(trial.Faults.Count(fault => fault.IsCaught), 28, 40);
        Assert.True(trial.GateMicroseconds > 0);
    }

    [SkippableFact]
    public void The_simulated_products_are_signed_and_of_full_width()
    {
        var library = Process130.Require();

        // One weight at either end: -128 x -128 needs the widest output.
        var matrix = new Accel.Rtl.ConstantMatrix.IntegerMatrix(2, 2, [-128, 127, 0, -1]);
        foreach (ProductUnit unit in new ProductUnit[] { new SerialUnit(matrix), new ParallelUnit(matrix, 1), new ChipUnit(matrix, MatrixStyle.Rom, 2) })
        {
            Assert.Equal([16384, -16256 + 128], unit.Expected([-128, -128]));
            var trial = UnitTrial.Run(unit, library, Tool.Folder($"unit-ends-{unit.Style}"), new() { HasTiming = false }, 4, vectors: 64, faults: 0, seed: 1);
            Assert.Null(trial.Gates!.FirstMismatch);
        }
    }

    [SkippableFact]
    public void Gates_in_a_loop_and_other_clocks_are_refused()
    {
        var library = Process130.Require().Liberty;
        GateInstance Gate(string name, string cell, params (string Pin, int Net)[] pins) => new(name, library.Cells[cell], pins.ToDictionary(pin => pin.Pin, pin => pin.Net));
        var loop = new FlatNetlist(4, [Gate("a", "sky130_fd_sc_hd__inv_1", ("A", 2), ("Y", 3)), Gate("b", "sky130_fd_sc_hd__inv_1", ("A", 3), ("Y", 2))], new Dictionary<string, int[]>());
        Assert.Contains("gates without a loop", Assert.Throws<InputException>(() => new GateSimulator(library, loop)).Message, StringComparison.Ordinal);
        var clock = new FlatNetlist(6, [Gate("a", "sky130_fd_sc_hd__dfxtp_1", ("CLK", 3), ("D", 4), ("Q", 5))], new Dictionary<string, int[]> { ["clk"] = [2] });
        Assert.Contains("the design's clock", Assert.Throws<InputException>(() => new GateSimulator(library, clock)).Message, StringComparison.Ordinal);
    }
}
