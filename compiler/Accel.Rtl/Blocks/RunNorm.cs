using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>An RMS norm whose result is a value, and the lane addresses of its values.</summary>
internal sealed record RunNormTask(QuantizedRmsNorm Op, int Input, int Output)
{
    public int Runs => Op.Output.Width / Op.RunLength;

    public int[] Weight => Op.Norm.Weight!.Values;
}

/// <summary>
/// Lanes to lanes, run by run: a pass over the run for its greatest magnitude, one for the sum of squares, one that writes; a root between.
/// </summary>
internal static class RunNorm
{
    /// <summary>Cycles of a run beside its passes: ways through the pipeline, settle, sum, mantissa, root.</summary>
    private const int RunCycles = 1 + 1 + 2 + 1 + 1 + NewtonDivider.RootCycles + 4;

    public static long Cycles(RunNormTask task) => 1 + (task.Runs * ((3L * task.Op.RunLength) + RunCycles));

    public static Unit Build(IReadOnlyList<RunNormTask> tasks, MachineShape shape, Module newton)
    {
        var unit = new UnitBuilder(
            "run_norm", "RMS norm of runs of lanes: y = sat(shift(shift(x r, 11 + k) * weight, OutputShift)), x at 20 bits, r 2^-(35 + k) one over its root sum of squares.", tasks.Count);
        var m = unit.Module;
        var norms = tasks.Select(t => (RowNorm?)t.Op.Norm).ToList();
        var length = unit.Field("length", tasks.Select(t => (long)t.Op.RunLength));
        var runs = unit.Field("runs", tasks.Select(t => (long)t.Runs));
        var state = m.StateMachine("state", "idle", "peak", "settle", "normalise", "sum", "mantissa", "root", "write");
        Unsigned In(string name) => m.Wire($"in_{name}", state.In(name));
        var (inPeak, inSettle, inNormalise, inSum, inMantissa, inRoot, inWrite) = (In("peak"), In("settle"), In("normalise"), In("sum"), In("mantissa"), In("root"), In("write"));

        var run = m.Register("run", runs.Width);
        var endOfRun = m.Forward("end_of_run");
        var divided = m.Forward("divided");
        var lastRun = m.Wire("last_run", run.Value.Increment().Is(runs));
        var peakStart = m.Wire("peak_start", unit.Start | (endOfRun & ~lastRun));
        var stream = new LaneStream(unit, shape, length, start: m.Wire("pass_start", peakStart | inSettle | (inRoot & divided)));
        var channel = m.Register("channel", shape.LaneAddressWidth, comment: "first of the run");
        var weightStart = m.Register("weight_start", Bits.OfIndex(tasks.Max(t => t.Weight.Length)), comment: "of the run; the same for all runs where they share weights");
        var advance = unit.Field("weight_step", tasks.Select(t => t.Weight.Length == t.Op.RunLength ? 0L : t.Op.RunLength));
        run.Next(unit.Start, 0).Next(endOfRun, run.Value.Increment());
        channel.Next(unit.Start, 0).Next(endOfRun, (channel.Value + length).Resize(shape.LaneAddressWidth));
        weightStart.Next(unit.Start, 0).Next(endOfRun, (weightStart.Value + advance).Resize(weightStart.Value.Width));
        var x = stream.Read("a", (unit.Field("input", tasks.Select(t => (long)t.Input)) + channel.Value).Resize(shape.LaneAddressWidth), tasks.Max(t => t.Op.Input.Format.Bits)).Resize(MachineShape.LaneWidth);
        var data = stream.IsData;
        var last0 = m.DelayFlag("last_data", stream.Last);

        m.Comment("The greatest magnitude, the run at 20 bits, its sum of squares.");
        var peak = m.Register("peak", MachineShape.LaneWidth - 1);
        var magnitude = m.Wire("magnitude", FixedPointLogic.Magnitude(x).Truncate(MachineShape.LaneWidth - 1));
        peak.Next(peakStart, 0).Next(data & inPeak & (magnitude > peak.Value), magnitude);
        var places = RowNormLogic.Places(unit, norms, RowNormLogic.Headroom(m, "peak_scan", peak.Value), inSettle);
        var normalised = m.Delay("normalised", RowNormLogic.Normalised(x, places), data);
        var valid1 = m.DelayFlag("valid_1", data & ~inPeak);
        var last1 = m.DelayFlag("last_1", last0 & ~inPeak);
        var squares = RowNormLogic.Squares(m, normalised, tasks.Max(t => t.Op.RunLength), clear: inSettle, add: valid1 & inNormalise);

        m.Comment("1 / sqrt(V) as r 2^-(35 + k).");
        var (mantissa, k) = RowNormLogic.RootOperand(unit, norms, squares, places, inSum, inMantissa);
        var entered = m.Register("entered", comment: "the divider was started");
        var divider = m.Instance(newton, "u_divider").Connect("start", m.Wire("divide", inRoot & ~entered.Value)).Connect("is_root", Unsigned.True).Connect("m", mantissa);
        m.Drive(divided, divider["done"]);
        entered.Next(inRoot, ~divided).Next(Unsigned.True, 0);
        var root = m.Delay("root_value", divider["y"], inRoot & divided);

        m.Comment("The results.");
        var word = ChannelRom.Of(
            unit, "run_norm_weights", "Weights of RMS norms of runs, 15 fraction bits", tasks.Select(t => (t.Op.Output.Name, t.Weight.Length)),
            (weightStart.Value + stream.Index).Resize(Bits.OfIndex(tasks.Max(t => t.Weight.Length))), 16, (task, i) => Bits.Wrap(tasks[task].Weight[i], 16, false));
        var weight = m.Delay("weight_2", m.Delay("weight_1", m.Delay("weight_0", word, stream.Issue), data), valid1).AsSigned();
        var product = m.Wire("times_root", normalised * root.ToSigned());
        var unitRow = m.Delay("unit_row", FixedPointLogic.Shift(product, (k + Signed.Constant(11)).Resize(7), new(0, 11 + 21)), valid1);
        var valid2 = m.DelayFlag("valid_2", valid1 & inWrite);
        var weighted = m.Delay("weighted", unitRow * weight, valid2);
        var valid3 = m.DelayFlag("valid_3", valid2);
        var y = FixedPointLogic.SaturateLane(
            m, unit.Shift("output_shift", tasks.Select(t => t.Op.OutputShift))(weighted), unit.Field("is_narrow", tasks.Select(t => t.Op.Output.Format.Bits == 16 ? 1L : 0)));
        var written = m.Register("written", shape.LaneAddressWidth);
        written.Next(unit.Start, 0).Next(valid3, written.Value.Increment());
        LanePort.Write(m, valid3, (unit.Field("output", tasks.Select(t => (long)t.Output)) + written.Value).Resize(shape.LaneAddressWidth), y);
        m.Drive(endOfRun, m.DelayFlag("last_3", m.DelayFlag("last_2", last1 & inWrite)));
        m.Output("done", endOfRun & lastRun);

        state.Go("idle", unit.Start, "peak");
        state.Go("peak", last0, "settle");
        state.Go("settle", "normalise");
        state.Go("normalise", last1, "sum");
        state.Go("sum", "mantissa");
        state.Go("mantissa", "root");
        state.Go("root", divided, "write");
        state.Go("write", endOfRun & lastRun, "idle");
        state.Go("write", endOfRun, "peak");
        return unit.Build((step, _) => Cycles(tasks[step]));
    }
}
