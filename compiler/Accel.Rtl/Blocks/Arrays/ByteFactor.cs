using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays;

/// <summary>Codes of 16 bits byte by byte: multipliers have 8 bits, and a part number says which bytes meet.</summary>
internal static class ByteFactor
{
    /// <summary>What a multiplier takes of an activation: its byte, the upper one signed, the lower one not.</summary>
    /// <param name="part">Of a wide code; else not used.</param>
    public static Signed OfActivation(ArrayOptions options, Unsigned data, Unsigned? part) => options.ActivationBytes == 1
        ? data.AsSigned()
        : part!.Value[0].Select(data.AsSigned().Extend(9), data.ToSigned());

    /// <summary>What a multiplier takes of a weight's code: all of it, or a byte.</summary>
    /// <param name="part">High for the upper byte of a wide code; else not used.</param>
    public static Signed OfWeight(Module m, ArrayOptions options, Unsigned code, Func<Unsigned> part) => options.WeightBits <= 8
        ? code.AsSigned()
        : m.Wire("weight_half", part().Select(code.Slice(15, 8).AsSigned().Extend(9), code.Slice(7, 0).ToSigned()));

    /// <summary>The bit of a part number that says which byte of the weight it is.</summary>
    public static Unsigned WeightPart(ArrayOptions options, Unsigned part) => part[options.ActivationBytes - 1];

    /// <summary>Bytes to the left: one for an upper byte of either factor.</summary>
    public static Unsigned Places(Unsigned part) => part.Width == 1 ? part.Extend(2) : part[0] + part[1];

    /// <summary>A product or a sum of products, where its bytes belong.</summary>
    public static Signed Placed(Signed value, Unsigned places) =>
        places.Is(2).Select(value.ShiftLeft(16), places.Is(1).Select(value.ShiftLeft(8), value));
}
