using System.Numerics;
using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>Functions of one number (sigmoid, SiLU, GELU, softplus) by tables with straight lines between: an element per cycle.</summary>
internal static class FunctionTable
{
    /// <summary>Memory, clamp, look-up, slope, function.</summary>
    private const int Latency = 5;

    public static Unit Build(IReadOnlyList<ElementwiseTask<QuantizedTable>> tasks, MachineShape shape)
    {
        var unit = new UnitBuilder("function_table", "Functions by table: T(x) = E[i] + shift((E[i+1] - E[i]) * r, s); y = T(x), x * T(x) or max(x, 0) + T(|x|).", tasks.Count);
        var m = unit.Module;
        var stream = new LaneStream(unit, shape, unit.Field("count", tasks.Select(t => (long)t.Op.Output.Width)));
        var bits = tasks.Max(t => t.Op.Input.Format.Bits);
        var x = stream.Read("a", unit.Field("left", tasks.Select(t => (long)t.Left)), bits);
        var ops = tasks.Select(t => t.Op).ToList();
        var remainder = unit.Field("is_remainder", ops.Select(op => op.Use == TableUse.Remainder ? 1L : 0));
        var gate = unit.Field("is_gate", ops.Select(op => op.Use == TableUse.Gate ? 1L : 0));

        m.Comment("u = clamp(x - Low, 0, end): the place within the table.");
        var argument = remainder.Select(x.IsNegative().Select((-x).Truncate(bits + 1), x), x);
        var distance = m.Wire("distance", argument - unit.SignedField("low", ops.Select(op => (long)op.Table.Low)));
        var end = unit.Field("end", ops.Select(op => (long)op.Table.Segments << op.Table.SegmentShift));
        var above = distance > end.ToSigned();
        var u = m.Delay("place", distance.IsNegative().Select(Unsigned.Constant(end.Width, 0), above.Select(end, distance.AsUnsigned().Resize(end.Width))), stream.IsData);
        var x1 = m.Delay("x_1", x, stream.IsData);
        var valid1 = m.DelayFlag("valid_1", stream.IsData);

        m.Comment("Segment i and the rest r; the end belongs to the last segment.");
        var segmentShift = unit.Field("segment_shift", ops.Select(op => (long)op.Table.SegmentShift));
        var lastSegment = unit.Field("last_segment", ops.Select(op => (long)op.Table.Segments - 1));
        var quotient = m.Wire("quotient", u.ShiftRight(segmentShift));
        var segment = m.Wire("segment", (quotient > lastSegment).Select(lastSegment, quotient.Resize(lastSegment.Width)));
        var restBits = ops.Max(op => op.Table.SegmentShift) + 1;
        var rest = u.WrappingSubtract(segment.ShiftLeft(segmentShift, u.Width)).Resize(Math.Min(restBits, u.Width));
        var (entry, slope) = Samples(unit, ops, segment, valid1, out var slopeBits);
        var rest2 = m.Delay("rest", rest, valid1);
        var x2 = m.Delay("x_2", x1, valid1);
        var valid2 = m.DelayFlag("valid_2", valid1);

        var rise = m.Delay("rise", slope * rest2.ToSigned(), valid2);
        var entry3 = m.Delay("entry_3", entry, valid2);
        var x3 = m.Delay("x_3", x2, valid2);
        var valid3 = m.DelayFlag("valid_3", valid2);

        var range = ShiftRange.Of(ops.Select(op => op.Table.SegmentShift));
        var value = m.Wire("value", (entry3 + FixedPointLogic.Shift(rise, segmentShift.ToSigned(), range)).Resize(slopeBits + 2));
        var shifted = unit.Shift("argument_shift", ops.Select(op => op.Use == TableUse.Remainder ? -op.ArgumentShift : 0))(x3.IsNegative().Select(Signed.Constant(1, 0), x3));
        var y = m.Delay("y", gate.Select(x3 * value, remainder.Select(shifted + value, value)), valid3);
        var isNarrow = unit.Field("is_narrow", ops.Select(op => op.Output.Format.Bits == 16 ? 1L : 0));
        stream.Write(
            m.DelayFlag("valid_4", valid3),
            unit.Field("output", tasks.Select(t => (long)t.Output)),
            FixedPointLogic.SaturateLane(m, unit.Shift("output_shift", ops.Select(op => op.OutputShift))(y), isNarrow));
        return unit.Build((step, _) => 1 + tasks[step].Op.Output.Width + Latency);
    }

    /// <summary>Sample and slope of a segment, from one ROM of all different tables.</summary>
    private static (Signed Entry, Signed Slope) Samples(UnitBuilder unit, List<QuantizedTable> ops, Unsigned segment, Unsigned enable, out int bits)
    {
        var m = unit.Module;
        var tables = new List<LookupTable>();
        var indices = new List<long>();
        foreach (var op in ops)
        {
            var index = tables.FindIndex(table => table.Entries.AsSpan().SequenceEqual(op.Table.Entries));
            indices.Add(index < 0 ? tables.Count : index);
            if (index < 0)
            {
                tables.Add(op.Table);
            }
        }

        var width = tables.Max(table => table.Entries.Max(e => Bits.OfSigned(e))) + 1;
        bits = width;
        var stride = 1 << segment.Width;
        var words = new BigInteger[tables.Count * stride];
        for (var t = 0; t < tables.Count; t++)
        {
            var entries = tables[t].Entries;
            for (var i = 0; i < entries.Length - 1; i++)
            {
                words[(t * stride) + i] = (Bits.Wrap((BigInteger)entries[i + 1] - entries[i], width, false) << width) | Bits.Wrap(entries[i], width, false);
            }
        }

        var rom = new Module("function_samples", $"Samples of {tables.Count} function table(s): slope and entry, {width} bits each.");
        var table = unit.Field("table", indices);
        var address = rom.Input("address", Bits.OfIndex(words.Length));
        rom.Output("word", rom.Lookup("entry", address, 2 * width, words, i => i % stride == 0 ? string.Join(", ", ops.Where((_, o) => indices[o] == i / stride).Select(op => op.Result.Name)) : null));
        var at = tables.Count == 1 ? segment : Unsigned.Concat(table.Resize(Bits.OfIndex(tables.Count)), segment);
        var word = m.Delay("sample", m.Instance(rom, "u_samples").Connect("address", at.Resize(address.Width))["word"], enable);
        return (word.Truncate(width).AsSigned(), word.Slice((2 * width) - 1, width).AsSigned());
    }
}
