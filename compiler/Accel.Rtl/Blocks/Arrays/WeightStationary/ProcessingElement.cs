using System.Numerics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays.WeightStationary;

/// <summary>
/// A multiplier of the array with its weights, one per buffer. Activations go on to the right, sums of products downwards, one
/// element a cycle. All elements are alike: which code of a tile is whose is worked out on the way by the position that goes along.
/// </summary>
internal static class ProcessingElement
{
    public static Module Build(ArrayOptions options)
    {
        var m = new Module(
            $"{options.Name}_pe",
            $"Multiplier of the array: sum_out = sum_in + activation * weight, a cycle later. Weights are {options.WeightBits}-bit codes in {options.Banks} buffer(s), taken from the load bus when the beat with this element's code passes.");
        var bus = m.Input(
            "load_data", options.PortBits + options.TailBits,
            options.TailBits == 0 ? "a beat of packed codes, the first in the lowest bits" : $"a beat of packed codes, behind the last {options.TailBits} bits of the beat before");
        var load = m.Input("load", comment: "the beat is valid");
        var beat = m.Input("load_beat", options.BeatBits, "its number within the tile");
        var bank = m.Input("load_bank", options.BankBits);
        var span = m.Input("load_span", Bits.Of(options.Height * options.UnitsPerCode), $"{Unit(options)} of an output in this tile");
        var position = m.Input("position", options.PositionBits, $"of this element's code in the tile, counted in {Unit(options)}{(options.UnitsPerCode > 1 ? "; of its last" : "")}");
        var activation = m.InputSigned("activation", options.ActivationWidth);
        var sum = m.InputSigned("sum_in", options.ColumnBits);
        var selected = m.Input("bank", options.BankBits, "buffer of the tile that this activation meets");

        var laneBits = BitOperations.Log2((uint)options.UnitsPerBeat);
        var shift = BitOperations.Log2((uint)options.UnitBits);
        var code = laneBits == 0
            ? bus
            : bus.ShiftRight(position.Truncate(Math.Min(laneBits, options.PositionBits)).ShiftLeft(shift)).Truncate(options.WeightBits);
        var mine = m.Wire("mine", load & position.ShiftRight(laneBits).Is(beat), "this beat carries the code");
        var taken = m.Wire("code", code);

        // A row that a shallow tile leaves out keeps what it had and multiplies by 0: that is 0 only if it has something.
        var weight = Enumerable.Range(0, options.Banks)
            .Select(i => m.Register($"weight_{i}", options.WeightBits, reset: 0).Next(mine & bank.Is(i), taken).Value)
            .Aggregate((Value: default(Unsigned), Index: -1), (chosen, next) => (chosen.Index < 0 ? next : selected.Is(chosen.Index + 1).Select(next, chosen.Value), chosen.Index + 1))
            .Value;
        var factor = ByteFactor.OfWeight(m, options, weight, () => m.Input("weight_part"));
        var product = m.Wire("product", activation * factor);

        m.Output("activation_out", m.Delay("activation_next", activation));
        m.Output("sum_out", m.Delay("sum_next", (sum + product).Truncate(options.ColumnBits)));
        m.Output("position_out", m.Delay("position_next", (position + span).Truncate(options.PositionBits)), "of the element to the right");
        return m;
    }

    private static string Unit(ArrayOptions options) => options.UnitsPerCode > 1 ? "bits" : "codes";
}
