using System.Numerics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays;

/// <summary>
/// A column of the read-out: <c>sat(shift(sat32(shift(sum, sum_shift)) * scale, output_shift) + bias)</c>, without a scale
/// <c>sat(shift(sum, sum_shift) + bias)</c>. Shifts round half up; a negative number of places shifts left. Results beyond 64 bits wrap.
/// </summary>
internal static class ReadOutLane
{
    /// <summary>Cycles from a word to its result.</summary>
    public const int Latency = 6;

    /// <summary>Bits of a number of places.</summary>
    public const int PlacesBits = 7;

    /// <summary>Bits of a scale and of a bias.</summary>
    public const int OperandBits = 32;

    private const int Sum = ArrayOptions.SumBits;

    private static readonly ShiftRange _places = new(-63, 63);

    /// <summary>When each operand is wanted, in cycles behind the word.</summary>
    public static IReadOnlyDictionary<string, int> Operands { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["sum_shift"] = 1, ["scaled_early"] = 1, ["scaled"] = 2, ["scale"] = 2, ["scaled_late"] = 3, ["output_shift"] = 3, ["bias"] = 4, ["limit"] = 5, ["wanted"] = 5,
    };

    public static Module Build(ArrayOptions options)
    {
        var m = new Module(
            $"{options.Name}_read_out_lane",
            "A column of the read-out: y = sat(shift(sat32(shift(word, sum_shift)) * scale, output_shift) + bias), without a scale y = sat(shift(word, sum_shift) + bias); a stage a cycle.");
        var word = m.Delay("sum", m.InputSigned("word", Sum));
        var shifted = m.Wire("shifted", FixedPointLogic.Shift(word, m.InputSigned("sum_shift", PlacesBits), _places).Resize(Sum));
        var normal = m.Delay("normal", m.Input("scaled_early").Select(FixedPointLogic.Saturate(shifted, OperandBits), shifted));
        var product = m.Wire("product", normal.Truncate(OperandBits) * m.InputSigned("scale", OperandBits));
        var scaled = m.Delay("times_scale", m.Input("scaled").Select(product, normal));
        var placed = m.Wire("placed", FixedPointLogic.Shift(scaled, m.InputSigned("output_shift", PlacesBits), _places).Resize(Sum));
        var output = m.Delay("scaled_output", m.Input("scaled_late").Select(placed, scaled));
        var biased = m.Delay("biased", (output + m.InputSigned("bias", OperandBits)).Truncate(Sum));
        var limit = m.Input("limit", Sum - 1, "greatest magnitude; 0: none");
        var most = m.Wire("most", limit.ToSigned());
        var least = m.Wire("least", (-most).Truncate(Sum));
        var bounded = m.Wire("bounded", (limit.IsNot(0) & (biased > most)).Select(most, (limit.IsNot(0) & (biased < least)).Select(least, biased)));
        m.Output("result", m.Delay("result_next", m.Input("wanted").Select(bounded, Signed.Constant(Sum, 0))));
        return m;
    }
}
