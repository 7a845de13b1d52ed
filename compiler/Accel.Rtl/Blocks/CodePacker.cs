using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>Gathers codes that come one per cycle into words, the first code lowest; what the last word lacks is 0.</summary>
internal static class CodePacker
{
    /// <param name="name">The module's name.</param>
    /// <param name="lanes">Codes of a word; a power of two.</param>
    /// <param name="bits">Bits of a code; a power of two.</param>
    public static Module Build(string name, int lanes, int bits)
    {
        var m = new Module(name, $"Gathers codes into words of {lanes} codes of {bits} bits, the first lowest.");
        var valid = m.Input("valid");
        var last = m.Input("last", comment: "with the last code of a row");
        var code = m.Input("code", bits);
        var word = m.Register("gathered", lanes * bits);
        var lane = m.Register("lane", Bits.OfIndex(lanes), reset: 0);
        var isFirst = lane.Value.Is(0);
        var place = lanes == 1 ? Unsigned.Constant(1, 0) : Unsigned.Concat(lane, Unsigned.Constant(Bits.OfIndex(bits), 0));
        var next = isFirst.Select(Unsigned.Constant(lanes * bits, 0), word.Value) | code.ShiftLeft(place, lanes * bits);
        var full = m.Wire("full", valid & (last | lane.Value.Is(lanes - 1)));
        word.Next(valid, next);
        lane.Next(full, 0).Next(valid, lane.Value.Increment());
        m.Output("write", full);
        m.Output("word", LanePort.Gate(full, next));
        return m;
    }
}
