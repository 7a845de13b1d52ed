using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>A matrix product, the lane address of its result and the register that holds its input's scale.</summary>
internal sealed record RequantiseTask(QuantizedLinear Op, int Output, int Scale);

/// <summary>Sums of matrix rows to lanes, whatever style makes the sums: <c>y = sat(shift(sat32(shift(S, SumShift)) * scale, OutputShift) + bias)</c>.</summary>
internal static class Requantiser
{
    /// <summary>From a sum to the write of its lane: narrowed, scaled.</summary>
    public const int Latency = 2;

    /// <param name="scales">Scale registers of the chip.</param>
    /// <param name="sumCycles">Per step, the style's cycles.</param>
    public static Unit Build(IReadOnlyList<RequantiseTask> tasks, MachineShape shape, int scales, Func<int, long> sumCycles)
    {
        var unit = new UnitBuilder(
            "requantise", "Sums of matrix rows to lanes: y = sat(shift(sat32(shift(S, SumShift)) * scale, OutputShift) + bias).", tasks.Count);
        var m = unit.Module;
        var ops = tasks.Select(t => t.Op).ToList();
        var sumValid = m.Input("sum_valid");
        var sum = m.InputSigned("sum", IMatrixStyle.SumBits, "of the next row");
        m.Output("scale_select", unit.Field("scale", tasks.Select(t => (long)t.Scale)).Resize(Bits.OfIndex(scales)));
        var scale = m.Input("scale", 31, "of the input");

        var narrow = m.Delay("narrow", FixedPointLogic.Saturate(unit.Shift("sum_shift", ops.Select(op => op.SumShift))(sum), 32), sumValid);
        var valid1 = m.DelayFlag("valid_1", sumValid);
        var row = m.Register("row", Bits.Of(ops.Max(op => op.Weight.Rows)), comment: "the row that is narrowed");
        row.Next(unit.Start, 0).Next(sumValid, row.Value.Increment());
        var scaled = m.Delay("scaled", narrow * scale.ToSigned(), valid1);
        var valid2 = m.DelayFlag("valid_2", valid1);
        var value = unit.Shift("output_shift", ops.Select(op => op.OutputShift))(scaled);
        if (ops.Any(op => op.Bias is not null))
        {
            var word = ChannelRom.Of(unit, "biases", "Biases, in the format of their result", ops.Select(op => (op.Result.Name, op.Bias is null ? 0 : op.Output.Width)), row.Value, 32, (step, channel) =>
                Bits.Wrap(ops[step].Bias!.Values[channel], 32, false));
            var isBiased = unit.Field("is_biased", ops.Select(op => op.Bias is null ? 0L : 1));
            var bias = m.Delay("bias", m.Delay("bias_1", isBiased.Select(word, Unsigned.Constant(32, 0)), sumValid), valid1).AsSigned();
            value += bias;
        }

        var isNarrow = unit.Field("is_narrow", ops.Select(op => op.Output.Format.Bits == 16 ? 1L : 0));
        var written = m.Register("written", row.Value.Width);
        written.Next(unit.Start, 0).Next(valid2, written.Value.Increment());
        LanePort.Write(m, valid2, (unit.Field("output", tasks.Select(t => (long)t.Output)) + written.Value).Resize(shape.LaneAddressWidth), FixedPointLogic.SaturateLane(m, value, isNarrow));
        m.Output("done", valid2 & written.Value.Increment().Is(unit.Field("rows", ops.Select(op => (long)op.Weight.Rows)).Resize(row.Value.Width)));
        return unit.Build((step, _) => sumCycles(step) + Latency);
    }
}
