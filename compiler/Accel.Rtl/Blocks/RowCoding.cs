using System.Numerics;
using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>Where the codes of a row go.</summary>
internal enum RowTarget
{
    Matrices,
    Query,
    Keys,
    Values,
}

/// <summary>Rows to codes: <see cref="Runs"/> rows of <see cref="Length"/> lanes, one after another.</summary>
/// <param name="Name">For comments.</param>
/// <param name="Input">Lane address of the first.</param>
/// <param name="Norm">An RMS norm on the way; or null.</param>
/// <param name="CodeBits">8 or 16.</param>
/// <param name="ScaleMantissa">With <paramref name="ScaleShift"/> from maximum to scale; 1 and 0 keep the maximum.</param>
internal sealed record RowTask(
    string Name, int Input, int Length, int Runs, RowNorm? Norm, int CodeBits, int ScaleMantissa, int ScaleShift, RowTarget Target);

/// <summary>
/// Lanes to codes with one scale per row, with an RMS norm on the way: passes over the row for its maximum, for the norm's sum, and for the codes, an
/// element per cycle, and a few scalars between.
/// </summary>
internal static class RowCoding
{
    private const int NormalisedBits = RowNormLogic.NormalisedBits;

    private const int LaneBits = MachineShape.LaneWidth;

    /// <summary>Cycles of a run beside its passes: settle, headroom, reciprocal, gain, ratio, scale, and the ways through the pipeline.</summary>
    private const int RunCycles = 1 + 1 + 1 + NewtonDivider.ReciprocalCycles + 1 + 1 + 1 + 4;

    /// <summary>The same of a norm's pass: the way through the pipeline, sum, mantissa, root.</summary>
    private const int NormCycles = 3 + 1 + 1 + NewtonDivider.RootCycles;

    public static long Cycles(RowTask task) => 1 + (task.Runs * ((2L * task.Length) + RunCycles + (task.Norm is null ? 0 : task.Length + NormCycles)));

    public static Unit Build(IReadOnlyList<RowTask> tasks, MachineShape shape, Module newton)
    {
        var unit = new UnitBuilder(
            "row_coding",
            "Rows of lanes to codes and one scale: code = clamp(shift(z * R, 54 - h - b), L), scale = sat32(shift(p * ScaleMantissa, ScaleShift)); with an RMS norm " +
            "z is the row at 20 bits times its weight and p its maximum over its root sum of squares.",
            tasks.Count);
        var m = unit.Module;
        var isNorm = unit.Field("is_norm", tasks.Select(t => t.Norm is null ? 0L : 1));
        var isWide = unit.Field("is_wide", tasks.Select(t => t.CodeBits == 16 ? 1L : 0));
        var length = unit.Field("length", tasks.Select(t => (long)t.Length));
        var runs = unit.Field("runs", tasks.Select(t => (long)t.Runs));

        m.Comment("Passes: peak finds the greatest magnitude, normalise the sum of squares, encode the codes.");
        var state = m.StateMachine("state", "idle", "peak", "settle", "normalise", "sum", "mantissa", "root", "headroom", "reciprocal", "gain", "ratio", "scale", "encode");
        Unsigned In(string name) => m.Wire($"in_{name}", state.In(name));
        var (inPeak, inSettle, inNormalise, inSum) = (In("peak"), In("settle"), In("normalise"), In("sum"));
        var (inMantissa, inRoot, inHeadroom, inReciprocal) = (In("mantissa"), In("root"), In("headroom"), In("reciprocal"));
        var (inGain, inRatio, inScale, inEncode) = (In("gain"), In("ratio"), In("scale"), In("encode"));
        var run = m.Register("run", runs.Width);
        var endOfRun = m.Forward("end_of_run");
        var lastRun = m.Wire("last_run", run.Value.Increment().Is(runs));
        var passStart = m.Wire("pass_start", unit.Start | (inSettle & isNorm) | inScale | (endOfRun & ~lastRun));
        var stream = new LaneStream(unit, shape, length, start: passStart);
        var origin = m.Register("origin", shape.LaneAddressWidth, comment: "lane address of the run");
        run.Next(unit.Start, 0).Next(endOfRun, run.Value.Increment());
        origin.Next(unit.Start, unit.Field("input", tasks.Select(t => (long)t.Input)).Resize(shape.LaneAddressWidth))
            .Next(endOfRun, (origin.Value + length).Truncate(shape.LaneAddressWidth));
        var x = stream.Read("a", origin.Value, LaneBits);
        var data = stream.IsData;
        var last0 = m.DelayFlag("last_data", stream.Last);

        m.Comment("The greatest magnitude, and by how many places the row is normalised.");
        var peak = m.Register("peak", LaneBits - 1);
        var magnitude = m.Wire("magnitude", FixedPointLogic.Magnitude(x).Truncate(LaneBits - 1));
        peak.Next(passStart & ~inSettle & ~inScale, 0).Next(data & inPeak & (magnitude > peak.Value), magnitude);
        var maximum = m.Register("maximum", LaneBits - 1, comment: "of what is coded");
        var rowHeadroom = RowNormLogic.Headroom(m, "peak_scan", peak.Value);
        var norms = tasks.Select(t => t.Norm).ToList();
        var normalPlaces = RowNormLogic.Places(unit, norms, rowHeadroom, inSettle);

        m.Comment("z: the row as it is, or normalised to 20 bits and weighted.");
        var normalised = RowNormLogic.Normalised(x, normalPlaces);
        var xh = m.Delay("normalised", isNorm.Select(normalised, x), data);
        var valid1 = m.DelayFlag("valid_1", data & ~inPeak);
        var last1 = m.DelayFlag("last_1", last0 & ~inPeak);
        var z = m.Delay("z", Weighted(unit, tasks, stream, data, xh), valid1);
        var valid2 = m.DelayFlag("valid_2", valid1);
        var last2 = m.DelayFlag("last_2", last1);
        var weighted = m.Wire("weighted_magnitude", FixedPointLogic.Magnitude(z).Truncate(LaneBits - 1));
        maximum.Next(inSettle, isNorm.Select(Unsigned.Constant(LaneBits - 1, 0), peak.Value)).Next(valid2 & inNormalise & (weighted > maximum.Value), weighted);
        var squares = RowNormLogic.Squares(m, xh.Truncate(NormalisedBits), tasks.Max(t => t.Length), clear: inSettle, add: valid1 & inNormalise);

        m.Comment("1 / sqrt(V) as r 2^-(35 + k).");
        var (rootMantissa, k) = RowNormLogic.RootOperand(unit, norms, squares, normalPlaces, inSum, inMantissa);

        m.Comment("Reciprocal of the maximum, and the scale.");
        var headroom = m.Delay("headroom", RowNormLogic.Headroom(m, "maximum_scan", maximum.Value), inHeadroom);
        var aligned = m.Delay("aligned", maximum.Value.ShiftLeft(RowNormLogic.Headroom(m, "aligned_scan", maximum.Value), LaneBits - 1), inHeadroom);
        var entered = m.Register("entered", comment: "the divider was started");
        var divide = m.Wire("divide", (inRoot | inReciprocal) & ~entered.Value);
        var divider = m.Instance(newton, "u_divider").Connect("start", divide).Connect("is_root", inRoot)
            .Connect("m", inRoot.Select(rootMantissa, aligned.ShiftRight(7)));
        var divided = divider["done"];
        entered.Next(inRoot | inReciprocal, ~divided).Next(Unsigned.True, 0);
        var quotient = divider["y"];
        var root = m.Delay("root_value", quotient, inRoot & divided);
        var limit = isWide.Select(Unsigned.Constant(15, short.MaxValue), Unsigned.Constant(15, sbyte.MaxValue));
        var gainProduct = m.Wire("gain_product", (quotient * limit).Truncate(40));
        var gain = m.Delay("gain", isWide.Select(FixedPointLogic.Shift(gainProduct.ToSigned(), 8).AsUnsigned().Resize(32), gainProduct.Truncate(32)), inGain);
        var ratioPlaces = (headroom.ToSigned() + k + Signed.Constant(5)).Resize(8);
        var ratio = FixedPointLogic.Saturate(FixedPointLogic.Shift((aligned * root).ToSigned(), ratioPlaces, new(5 - 11, 5 + 30 + 21)), 32);
        var p = m.Delay("ratio", isNorm.Select(ratio, maximum.Value.ToSigned()), inRatio);
        var mantissa = unit.SignedField("scale_mantissa", tasks.Select(t => (long)t.ScaleMantissa));
        var scale = FixedPointLogic.Saturate(unit.Shift("scale_shift", tasks.Select(t => t.ScaleShift))(p * mantissa), 32);
        m.Output("scale_write", inScale);
        var scaleOut = m.Wire("scale_next", LanePort.Gate(inScale, scale.AsUnsigned().Truncate(31)));
        m.Output("scale", scaleOut);
        m.Output("row_scale", m.Delay("row_scale_kept", scaleOut, inScale), "from the first code of a run to its last");

        m.Comment("The codes.");
        var scaled = m.Delay("scaled", (z * gain.ToSigned()).Truncate(64), valid2 & inEncode);
        var places = isWide.Select(Signed.Constant(7, 46), Signed.Constant(7, 54)) - headroom.ToSigned();
        var rounded = m.Wire("rounded", FixedPointLogic.Shift(scaled, places.Truncate(7), new(46 - 30, 54)));
        var code = isWide.Select(FixedPointLogic.Saturate(rounded, 16), FixedPointLogic.Saturate(rounded, 8));
        var codeValid = m.DelayFlag("code_valid_next", valid2 & inEncode);
        var codeLast = m.DelayFlag("code_last_next", last2 & inEncode);
        m.Output("code_valid", codeValid);
        m.Output("code", codeValid.Select(code, Signed.Constant(16, 0)));
        m.Output("code_last", codeLast, "the last of its run");
        m.Output("run_index", run.Value);
        m.Output("target", LanePort.Gate(inEncode, unit.Field("target", tasks.Select(t => (long)t.Target)).Resize(2)), "0 matrices, 1 query, 2 keys, 3 values");
        m.Drive(endOfRun, codeLast);
        m.Output("done", codeLast & lastRun);

        state.Go("idle", unit.Start, "peak");
        state.Go("peak", last0, "settle");
        state.Go("settle", isNorm, "normalise");
        state.Go("settle", "headroom");
        state.Go("normalise", last2, "sum");
        state.Go("sum", "mantissa");
        state.Go("mantissa", "root");
        state.Go("root", divided, "headroom");
        state.Go("headroom", "reciprocal");
        state.Go("reciprocal", divided, "gain");
        state.Go("gain", "ratio");
        state.Go("ratio", "scale");
        state.Go("scale", "encode");
        state.Go("encode", codeLast & lastRun, "idle");
        state.Go("encode", codeLast, "peak");
        return unit.Build((step, _) => Cycles(tasks[step]));
    }

    private static Signed Weighted(UnitBuilder unit, IReadOnlyList<RowTask> tasks, LaneStream stream, Unsigned data, Signed xh)
    {
        if (tasks.All(t => t.Norm?.Weight is null))
        {
            return xh;
        }

        var m = unit.Module;
        var word = ChannelRom.Of(unit, "norm_weights", "Weights of the RMS norms, 15 fraction bits", tasks.Select(t => (t.Name, t.Norm?.Weight?.Length ?? 0)), stream.Index, 16, (task, channel) =>
            Bits.Wrap(tasks[task].Norm!.Weight!.Values[channel], 16, false));
        var weight = m.Delay("weight", m.Delay("weight_0", word, stream.Issue), data).AsSigned();
        var isWeighted = unit.Field("is_weighted", tasks.Select(t => t.Norm?.Weight is null ? 0L : 1));
        return isWeighted.Select(FixedPointLogic.Shift(xh.Truncate(NormalisedBits) * weight, 15).Resize(LaneBits), xh);
    }
}
