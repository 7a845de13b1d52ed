using System.Numerics;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;
using Accel.Graph.Ops;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>A rotary embedding and the lane addresses of its values.</summary>
internal sealed record RotationTask(QuantizedRope Op, int Input, int Output);

/// <summary>
/// Rotary position embedding: pairs of lanes turned by cosines and sines of a ROM, a pair in two cycles. Lanes beyond the rotated ones pass as
/// pairs that turn by nothing.
/// </summary>
internal static class Rotation
{
    private const int CosineBits = QuantizedRope.RomFraction + 2;

    /// <summary>Memory, products.</summary>
    private const int Latency = 2;

    /// <exception cref="InputException">Ops whose rotations differ.</exception>
    public static Unit Build(IReadOnlyList<RotationTask> tasks, MachineShape shape, int contextLength, string model)
    {
        var first = tasks[0].Op;
        if (tasks.FirstOrDefault(t => t.Op.HeadWidth != first.HeadWidth || !t.Op.Rotation.Equals(first.Rotation)) is { } other)
        {
            throw new InputException(model, other.Op.Result.Name, $"the rotation of {first.Result.Name}: a chip has one ROM of angles", "another");
        }

        if (first.HeadWidth % 2 != 0 || first.Rotation.Magnitude > 1.99)
        {
            throw new InputException(model, first.Result.Name, "an even head width and a magnitude below 2", $"{first.HeadWidth}, {first.Rotation.Magnitude}");
        }

        var pairs = first.HeadWidth / 2;
        var unit = new UnitBuilder("rope", "Rotary position embedding: y0 = sat(shift(x0 c - x1 s, 14)), y1 = sat(shift(x1 c + x0 s, 14)).", tasks.Count);
        var m = unit.Module;
        var position = m.Input("position", shape.PositionWidth);
        var bits = tasks.Max(t => t.Op.Input.Format.Bits);

        m.Comment("Two cycles for a pair: in the first it is read, in the second its other half is written.");
        var active = m.Register("active", reset: 0);
        var phase = m.Register("phase", reset: 0);
        var pair = m.Register("pair", Bits.OfIndex(pairs));
        var head = m.Register("head", shape.LaneAddressWidth, comment: "offset of the head");
        var headEnd = unit.Field("last_head", tasks.Select(t => (long)t.Op.Input.Width - t.Op.HeadWidth)).Resize(shape.LaneAddressWidth);
        var lastPair = m.Wire("last_pair", phase.Value & pair.Value.Is(pairs - 1));
        var last = m.Wire("last", lastPair & head.Value.Is(headEnd));
        active.Next(unit.Start, 1).Next(last, 0);
        phase.Next(unit.Start, 0).Next(active.Value, ~phase.Value);
        pair.Next(unit.Start, 0).Next(lastPair, 0).Next(active.Value & phase.Value, pair.Value.Increment());
        head.Next(unit.Start, 0).Next(lastPair, (head.Value + Unsigned.Constant(first.HeadWidth)).Truncate(shape.LaneAddressWidth));

        var issue = m.Wire("issue", active.Value & ~phase.Value);
        var (x0, x1) = (m.Wire("first", Lane(m, pair, pairs, first, 0)), m.Wire("second", Lane(m, pair, pairs, first, 1)));
        var input = unit.Field("input", tasks.Select(t => (long)t.Input));
        var a = LanePort.Read(m, shape, "a", issue, (input + head.Value + x0).Resize(shape.LaneAddressWidth)).Truncate(bits);
        var b = LanePort.Read(m, shape, "b", issue, (input + head.Value + x1).Resize(shape.LaneAddressWidth)).Truncate(bits);
        var isData = m.DelayFlag("data_valid", issue);
        var angle = m.Delay("angle", Angles(m, first, position, pair, contextLength, pairs), issue);
        var (cosine, sine) = (angle.Truncate(CosineBits).AsSigned(), angle.Slice((2 * CosineBits) - 1, CosineBits).AsSigned());

        var y0 = m.Delay("turned_first", (a * cosine) - (b * sine), isData);
        var y1 = m.Delay("turned_second", (b * cosine) + (a * sine), isData);
        var output = unit.Field("output", tasks.Select(t => (long)t.Output));
        var target0 = Later(m, "target_first", output + head.Value + x0, issue, isData, shape);
        var target1 = Later(m, "target_second", output + head.Value + x1, issue, isData, shape);
        var write0 = m.DelayFlag("write_first", isData);
        var write1 = m.DelayFlag("write_second", write0);
        var isNarrow = unit.Field("is_narrow", tasks.Select(t => t.Op.Output.Format.Bits == 16 ? 1L : 0));
        var turned = m.Wire("turned", write0.Select(y0, y1));
        LanePort.Write(m, write0 | write1, write0.Select(target0, target1), FixedPointLogic.SaturateLane(m, FixedPointLogic.Shift(turned, QuantizedRope.RomFraction), isNarrow));
        var lastData = m.DelayFlag("last_1", last);
        m.Output("done", m.DelayFlag("last_2", lastData));
        return unit.Build((step, _) => 1 + tasks[step].Op.Input.Width + Latency);
    }

    /// <summary>The lane within its head of a pair's half.</summary>
    private static Unsigned Lane(Module m, Unsigned pair, int pairs, QuantizedRope op, int half)
    {
        var rotated = op.Rotation.Frequencies.Length;
        var lanes = new System.Numerics.BigInteger[pairs];
        for (var p = 0; p < pairs; p++)
        {
            var (first, second) = p < rotated ? op.Pair(p) : (2 * p, (2 * p) + 1);
            lanes[p] = half == 0 ? first : second;
        }

        return m.Lookup($"lane_{half}", pair, Bits.OfIndex(op.HeadWidth), lanes);
    }

    private static Unsigned Later(Module m, string name, Unsigned address, Unsigned issue, Unsigned isData, MachineShape shape) =>
        m.Delay(name, m.Delay($"{name}_1", address.Resize(shape.LaneAddressWidth), issue), isData);

    /// <summary>Sine and cosine of position and pair.</summary>
    private static Unsigned Angles(Module m, QuantizedRope op, Unsigned position, Unsigned pair, int contextLength, int pairs)
    {
        var rotated = op.Rotation.Frequencies.Length;
        var (cosines, sines) = (new int[rotated], new int[rotated]);
        var stride = 1 << pair.Width;
        var words = new BigInteger[((long)contextLength * stride) <= Array.MaxLength ? contextLength * stride : throw new ArgumentOutOfRangeException(nameof(contextLength))];
        for (var p = 0; p < contextLength; p++)
        {
            op.FillRom(p, cosines, sines);
            for (var i = 0; i < pairs; i++)
            {
                var (cosine, sine) = i < rotated ? (cosines[i], sines[i]) : (1 << QuantizedRope.RomFraction, 0);
                words[(p * stride) + i] = (Bits.Wrap(sine, CosineBits, false) << CosineBits) | Bits.Wrap(cosine, CosineBits, false);
            }
        }

        var rom = new Module("rope_angles", $"Sine and cosine of {contextLength} positions and {pairs} pairs, {CosineBits} bits each, {QuantizedRope.RomFraction} of them fraction.");
        var address = rom.Input("address", Bits.OfIndex(words.Length));
        rom.Output("angle", rom.Lookup("entry", address, 2 * CosineBits, words, i => i % stride == 0 ? $"position {i / stride}" : null));
        return m.Instance(rom, "u_angles").Connect("address", Unsigned.Concat(position, pair).Resize(address.Width))["angle"];
    }
}
