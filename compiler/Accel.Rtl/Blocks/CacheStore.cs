using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>
/// Takes the codes of queries, keys and values as the row coder makes them and writes a word per head: the query's buffer, or the caches at
/// <c>cache + head * slots + slot</c>. It works beside the row coder and has no done of its own.
/// </summary>
internal static class CacheStore
{
    public static Unit Build(IReadOnlyList<CacheTask> tasks, AttentionShape attention, int cacheAddressWidth, int slotWidth)
    {
        var unit = new UnitBuilder("cache_store", "Gathers the codes of a head into a word and writes it, with its scale, to the query buffer or a cache.", tasks.Count);
        var m = unit.Module;
        var valid = m.Input("code_valid");
        var code = m.InputSigned("code", 16);
        var last = m.Input("code_last");
        var target = m.Input("target", 2);
        var head = m.Input("run_index", Bits.Of(Math.Max(attention.Heads, attention.KeyHeads)));
        var scale = m.Input("row_scale", AttentionShape.ScaleBits);
        var slot = m.Input("slot", slotWidth, "of the current position");

        var origin = m.Register("origin", cacheAddressWidth, comment: "first word of the head");
        origin.Next(unit.Start, unit.Field("cache", tasks.Select(t => (long)t.Cache)).Resize(cacheAddressWidth))
            .Next(valid & last, (origin.Value + unit.Field("slots", tasks.Select(t => (long)t.Slots))).Resize(cacheAddressWidth));
        Unsigned Word(string name, RowTarget rows, int lanes, int bits, Unsigned use)
        {
            var packer = m.Instance(CodePacker.Build($"{name}_packer", lanes, bits), $"u_{name}_packer")
                .Connect("valid", valid & use).Connect("last", last).Connect("code", code.AsUnsigned().Truncate(bits));
            m.Output($"{name}_write", packer["write"]);
            return packer["word"];
        }

        var isQuery = m.Wire("is_query", target.Is((int)RowTarget.Query));
        m.Output("query_word", Unsigned.Concat(scale, Word("query", RowTarget.Query, attention.HeadWidth, attention.QueryBits, isQuery)));
        m.Output("query_write_address", head.Resize(Bits.OfIndex(attention.Heads)));
        m.Output("key_word", Unsigned.Concat(scale, Word("key", RowTarget.Keys, attention.HeadWidth, attention.KeyBits, target.Is((int)RowTarget.Keys))));
        m.Output("value_word", Word("value", RowTarget.Values, attention.ValueWidth, attention.ValueBits, target.Is((int)RowTarget.Values)));
        m.Output("value_scale", scale);
        m.Output("cache_write_address", (origin.Value + slot).Resize(cacheAddressWidth));
        return unit.Build((_, _) => 0);
    }
}
