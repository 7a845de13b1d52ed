using System.Numerics;
using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>
/// Softmax attention over coded keys and values, head by head: a pass over the keys for scores and their maximum, one over scores and values for the
/// sums, a key per cycle; then a division per element.
/// </summary>
internal static class Attention
{
    /// <summary>Cycles of a head beside two per key and one per element: load, scale, score pipeline, settle, weigh pipeline, normalise, divide, output pipeline.</summary>
    private const int HeadCycles = 1 + 1 + 5 + 1 + 6 + 1 + NewtonDivider.ReciprocalCycles + 3;

    /// <summary>Keys that a query at a position sees.</summary>
    public static long Visible(QuantizedAttention op, long position) => op.Window > 0 ? Math.Min(position + 1, op.Window) : position + 1;

    public static Unit Build(IReadOnlyList<AttentionTask> tasks, AttentionShape attention, MachineShape shape, FunctionRoms roms, Module newton, AttentionMemories memories)
    {
        var unit = new UnitBuilder(
            "attention",
            "Softmax attention. First pass: t = sat32(shift(shift(dot * kscale, DotShift) * B, ScoreShift)), M = max t. Second: p = 2^(t - M), D = sum p, O = sum w * value. " +
            "Then y = sat(shift(O / D * ValueMantissa, OutputShift + E)).",
            tasks.Count);
        var m = unit.Module;
        var ops = tasks.Select(t => t.Op).ToList();
        var slotWidth = memories.SlotWidth;
        var position = m.Input("position", shape.PositionWidth);
        var slot = m.Input("slot", slotWidth, "of the current position");

        m.Comment("Heads, and the keys that they see: slots from first on, around the ring.");
        var state = m.StateMachine("state", "idle", "load", "prepare", "score", "settle", "weigh", "normalise", "divide", "result");
        Unsigned In(string name) => m.Wire($"in_{name}", state.In(name));
        var (inLoad, inPrepare, inScore, inSettle) = (In("load"), In("prepare"), In("score"), In("settle"));
        var (inWeigh, inNormalise, inDivide, inResult) = (In("weigh"), In("normalise"), In("divide"), In("result"));
        var countWidth = Bits.Of(memories.Visible);
        var window = unit.Field("window", ops.Select(op => (long)op.Window));
        var seen = m.Wire("seen", position.Extend(shape.PositionWidth + 1).Increment());
        var visible = m.Wire("visible", (window.Any() & (seen > window)).Select(window, seen).Resize(countWidth));
        var slots = unit.Field("slots", tasks.Select(t => (long)t.Slots)).Resize(slotWidth + 1);
        var behind = visible.Decrement().Resize(slotWidth + 1);
        var here = slot.Extend(slotWidth + 1);
        var firstSlot = m.Wire("first_slot", (here >= behind).Select(here.WrappingSubtract(behind), (here + slots).Resize(slotWidth + 1).WrappingSubtract(behind)).Truncate(slotWidth));
        var head = m.Register("head", Bits.OfIndex(attention.Heads));
        var member = m.Register("member", Bits.OfIndex(attention.Heads / attention.KeyHeads), comment: "of the heads that share keys");
        var origin = m.Register("origin", memories.CacheAddressWidth, comment: "first word of the key head");
        var endOfHead = m.Forward("end_of_head");
        var lastMember = m.Wire("last_member", member.Value.Is((attention.Heads / attention.KeyHeads) - 1));
        head.Next(unit.Start, 0).Next(endOfHead, head.Value.Increment());
        member.Next(unit.Start | (endOfHead & lastMember), 0).Next(endOfHead, member.Value.Increment());
        origin.Next(unit.Start, unit.Field("cache", tasks.Select(t => (long)t.Cache)).Resize(memories.CacheAddressWidth))
            .Next(endOfHead & lastMember, (origin.Value + slots).Resize(memories.CacheAddressWidth));
        Unsigned Around(UnsignedRegister scan) => (scan.Value + Unsigned.Constant(1)).Is(slots).Select(Unsigned.Constant(slotWidth, 0), scan.Value.Increment());

        m.Output("query_read", inLoad);
        m.Output("query_read_address", LanePort.Gate(inLoad, head));
        var query = m.Input("query_read_data", attention.QueryWordWidth, "kept until the next read");
        var queryScale = query.Slice(attention.QueryWordWidth - 1, attention.QueryWordWidth - AttentionShape.ScaleBits);
        var factor = m.Delay("query_factor", queryScale * unit.Field("score_mantissa", ops.Select(op => (long)op.ScoreMantissa)), inPrepare);

        m.Comment("First pass.");
        var key = Walk(m, "key", inPrepare, visible, out var keyIndex);
        var keySlot = m.Register("key_slot", slotWidth);
        keySlot.Next(inPrepare, firstSlot).Next(key.Issue, Around(keySlot));
        m.Output("key_read", key.Issue);
        m.Output("key_read_address", LanePort.Gate(key.Issue, (origin.Value + keySlot.Value).Resize(memories.CacheAddressWidth)));
        var keyWord = m.Input("key_read_data", attention.KeyWordWidth);
        var valueScale = m.Input("value_scale_read_data", AttentionShape.ScaleBits);
        var greatestScale = m.Register("greatest_scale", AttentionShape.ScaleBits, comment: "A");
        greatestScale.Next(inPrepare, 1).Next(key.Valid[0] & (valueScale > greatestScale.Value), valueScale);
        var dot = m.Delay("dot", DotProduct.Of(query, attention.QueryBits, keyWord, attention.KeyBits, 0, attention.HeadWidth), key.Valid[0]);
        var keyScale = m.Delay("key_scale", keyWord.Slice(attention.KeyWordWidth - 1, attention.KeyWordWidth - AttentionShape.ScaleBits), key.Valid[0]);
        var scaledDot = m.Delay("scaled_dot", unit.Shift("dot_shift", ops.Select(op => op.DotShift))(dot * keyScale.ToSigned()), key.Valid[1]);
        var scoreProduct = m.Delay("score_product", (scaledDot * factor.ToSigned()).Resize(64), key.Valid[2]);
        var score = m.Delay("score", FixedPointLogic.Saturate(unit.Shift("score_shift", ops.Select(op => op.ScoreShift))(scoreProduct), 32), key.Valid[3]);
        var greatest = m.RegisterSigned("greatest", 32, comment: "M");
        greatest.Next(inPrepare, -(BigInteger.One << 31)).Next(key.Valid[4] & (score > greatest.Value), score);
        var scoreIndex = m.Register("score_index", countWidth);
        scoreIndex.Next(inPrepare, 0).Next(key.Valid[4], scoreIndex.Value.Increment());
        m.Output("score_write", key.Valid[4]);
        m.Output("score_write_address", LanePort.Gate(key.Valid[4], scoreIndex.Value.Resize(memories.ScoreAddressWidth)));
        m.Output("score_write_data", score.AsUnsigned());

        m.Comment("Second pass: E brings the greatest value scale to 15 bits.");
        var highestScale = FixedPointLogic.HighestBit(m, "scale_scan", greatestScale.Value);
        var lift = m.Delay("lift", Unsigned.Constant(4, 14).WrappingSubtract(highestScale.Resize(4)), inSettle);
        var value = Walk(m, "value", inSettle, visible, out var valueIndex);
        m.Output("score_read", value.Issue);
        m.Output("score_read_address", LanePort.Gate(value.Issue, valueIndex.Resize(memories.ScoreAddressWidth)));
        var stored = m.Input("score_read_data", 32).AsSigned();
        var distance = m.Delay("distance", (greatest.Value - stored).AsUnsigned().Truncate(32), value.Valid[0]);
        var p = FunctionPipelines.Exp2Negative(m, roms, "probability", distance.ShiftLeft(8), value.Valid[1], QuantizedAttention.ProbabilityFraction);
        var valueSlot = m.Register("value_slot", slotWidth);
        valueSlot.Next(inSettle, firstSlot).Next(value.Valid[3], Around(valueSlot));
        var valueAddress = m.Wire("value_address", (origin.Value + valueSlot.Value).Resize(memories.CacheAddressWidth));
        m.Output("value_scale_read", key.Issue | value.Valid[3]);
        m.Output("value_scale_read_address", LanePort.Gate(key.Issue, (origin.Value + keySlot.Value).Resize(memories.CacheAddressWidth)) | LanePort.Gate(value.Valid[3], valueAddress));
        m.Output("value_read", value.Valid[4]);
        m.Output("value_read_address", LanePort.Gate(value.Valid[4], m.Delay("value_address_late", valueAddress, value.Valid[3])));
        var valueWord = m.Input("value_read_data", attention.ValueWordWidth);
        var lifted = valueScale.ShiftLeft(lift, AttentionShape.ScaleBits - 1);
        var weight = m.Delay("weight", FixedPointLogic.Shift((p * lifted).ToSigned(), QuantizedAttention.ProbabilityFraction).AsUnsigned().Truncate(16), value.Valid[4]);
        var growth = Bits.Of(memories.Visible);
        var denominator = m.Register("denominator", 15 + growth);
        denominator.Next(inSettle, 0).Next(value.Valid[4], (denominator.Value + p).Resize(15 + growth));
        var sumBits = 17 + attention.ValueBits + growth;
        var sums = new List<Signed>();
        for (var i = 0; i < attention.ValueWidth; i++)
        {
            var sum = m.RegisterSigned($"sum_{i}", sumBits);
            var code = valueWord.Slice((attention.ValueBits * (i + 1)) - 1, attention.ValueBits * i).AsSigned();
            sum.Next(inSettle, 0).Next(value.Valid[5], (sum.Value + (weight.ToSigned() * code)).Resize(sumBits));
            sums.Add(sum.Value);
        }

        m.Comment("Division by the denominator, normalised to 24 bits.");
        var highest = m.Wire("denominator_highest", FixedPointLogic.HighestBit(m, "denominator_scan", denominator.Value));
        var placesNext = m.Wire("places_next", (highest.ToSigned() - Signed.Constant(23)).Resize(7));
        var places = m.Delay("places", placesNext, inNormalise);
        var down = placesNext.AsUnsigned().Truncate(6);
        var up = (-placesNext).AsUnsigned().Truncate(4);
        var mantissa = m.Delay("denominator_mantissa", placesNext.IsNegative().Select(denominator.Value.ShiftLeft(up, 24), denominator.Value.ShiftRight(down).Resize(24)), inNormalise);
        var divider = m.Instance(newton, "u_divider").Connect("start", m.DelayFlag("divide_start", inNormalise)).Connect("is_root", Unsigned.False).Connect("m", mantissa);
        var divided = divider["done"];
        var element = m.Register("element", Bits.OfIndex(attention.ValueWidth));
        var issue = m.Register("result_issue", reset: 0);
        var lastElement = m.Wire("last_element", issue.Value & element.Value.Is(attention.ValueWidth - 1));
        issue.Next(inDivide & divided, 1).Next(lastElement, 0);
        element.Next(inDivide & divided, 0).Next(issue.Value, element.Value.Increment());
        var placesRange = new ShiftRange(14 - 23, Math.Max(0, 15 + growth - 1 - 23));
        var chosen = m.Wire("chosen_sum", Choose(sums, element.Value));
        var numerator = m.Delay("numerator", unit.Shift("numerator_shift", ops.Select(op => op.NumeratorShift))(FixedPointLogic.Shift(chosen, places, placesRange)), issue);
        var issued1 = m.DelayFlag("result_valid_1", issue.Value);
        var quotient = m.Delay("quotient", FixedPointLogic.Shift((numerator * divider["y"].ToSigned()).Resize(64), 31), issued1);
        var issued2 = m.DelayFlag("result_valid_2", issued1);
        var product = m.Delay("product", (quotient * unit.SignedField("value_mantissa", ops.Select(op => (long)op.ValueMantissa))).Resize(62), issued2);
        var issued3 = m.DelayFlag("result_valid_3", issued2);
        var outputPlaces = (unit.SignedField("output_shift", ops.Select(op => (long)op.OutputShift)) + lift.ToSigned()).Resize(8);
        var outputRange = new ShiftRange(ops.Min(op => op.OutputShift), ops.Max(op => op.OutputShift) + 14);
        var isNarrow = unit.Field("is_narrow", ops.Select(op => op.Output.Format.Bits == 16 ? 1L : 0));
        var written = m.Register("written", Bits.Of(attention.Heads * attention.ValueWidth));
        written.Next(unit.Start, 0).Next(issued3, written.Value.Increment());
        LanePort.Write(
            m, issued3, (unit.Field("output", tasks.Select(t => (long)t.Output)) + written.Value).Resize(shape.LaneAddressWidth),
            FixedPointLogic.SaturateLane(m, FixedPointLogic.Shift(product, outputPlaces, outputRange), isNarrow));
        var lastWritten = m.DelayFlag("last_element_3", m.DelayFlag("last_element_2", m.DelayFlag("last_element_1", lastElement)));
        m.Drive(endOfHead, lastWritten);
        var lastHead = m.Wire("last_head", head.Value.Is(attention.Heads - 1));
        m.Output("done", endOfHead & lastHead);

        state.Go("idle", unit.Start, "load");
        state.Go("load", "prepare");
        state.Go("prepare", "score");
        state.Go("score", key.Last[4], "settle");
        state.Go("settle", "weigh");
        state.Go("weigh", value.Last[5], "normalise");
        state.Go("normalise", "divide");
        state.Go("divide", divided, "result");
        state.Go("result", endOfHead & lastHead, "idle");
        state.Go("result", endOfHead, "load");
        return unit.Build((step, at) => 1 + (attention.Heads * ((2 * Visible(ops[step], at)) + attention.ValueWidth + HeadCycles)));
    }

    private sealed record Pass(Unsigned Issue, IReadOnlyList<Unsigned> Valid, IReadOnlyList<Unsigned> Last);

    /// <summary>A counter over the visible keys from the cycle behind <paramref name="start"/> on; flags for data (0) and the stages behind it.</summary>
    private static Pass Walk(Module m, string name, Unsigned start, Unsigned count, out Unsigned index)
    {
        var issue = m.Register($"{name}_issue", reset: 0);
        var counter = m.Register($"{name}_index", count.Width);
        var last = m.Wire($"{name}_last", issue.Value & counter.Value.Increment().Is(count));
        issue.Next(start, 1).Next(last, 0);
        counter.Next(start, 0).Next(issue.Value, counter.Value.Increment());
        index = counter.Value;
        var (valids, lasts) = (new List<Unsigned>(), new List<Unsigned>());
        for (var stage = 0; stage <= 5; stage++)
        {
            valids.Add(m.DelayFlag($"{name}_valid_{stage}", stage == 0 ? issue.Value : valids[^1]));
            lasts.Add(m.DelayFlag($"{name}_last_{stage}", stage == 0 ? last : lasts[^1]));
        }

        return new(issue.Value, valids, lasts);
    }

    /// <summary>One of many values, by a tree of selections.</summary>
    private static Signed Choose(IReadOnlyList<Signed> values, Unsigned index)
    {
        var level = values.ToList();
        for (var bit = 0; level.Count > 1; bit++)
        {
            var next = new List<Signed>();
            for (var i = 0; i < level.Count; i += 2)
            {
                next.Add(i + 1 < level.Count ? index[bit].Select(level[i + 1], level[i]) : level[i]);
            }

            level = next;
        }

        return level[0];
    }
}

/// <summary>The extents of the memories around an attention unit.</summary>
/// <param name="CacheAddressWidth">Of the caches.</param>
/// <param name="SlotWidth">Of a slot within a head's ring.</param>
/// <param name="Visible">Most keys that a query sees.</param>
internal sealed record AttentionMemories(int CacheAddressWidth, int SlotWidth, int Visible)
{
    public int ScoreAddressWidth => Bits.OfIndex(Visible);
}
