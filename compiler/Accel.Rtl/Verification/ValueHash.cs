using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Execution;

namespace Accel.Rtl.Verification;

/// <summary>
/// A value of the model as a bench sums it up: the number of its elements and a sum of hashes of index and data, whatever their
/// order. Of codes the scale is one more element, behind them.
/// </summary>
/// <param name="Elements">How many.</param>
/// <param name="Hash">Sum modulo 2^64.</param>
public readonly record struct ValueHash(long Elements, ulong Hash)
{
    /// <summary>With one more element.</summary>
    public ValueHash With(int index, int data)
    {
        var z = (((ulong)(uint)index << 32) | (uint)data) * 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 29)) * 0xBF58_476D_1CE4_E5B9;
        return new(Elements + 1, Hash + (z ^ (z >> 32)));
    }

    /// <summary>Of a value of the interpreter's last step, of one token.</summary>
    public static ValueHash Of(Interpreter interpreter, QuantizedValue value)
    {
        var hash = default(ValueHash);
        foreach (var data in ElementsOf(interpreter, value))
        {
            hash = hash.With((int)hash.Elements, data);
        }

        return hash;
    }

    /// <summary>The elements in the order of their indices.</summary>
    public static IReadOnlyList<int> ElementsOf(Interpreter interpreter, QuantizedValue value) => value switch
    {
        LaneValue lanes => interpreter.Lanes(lanes).ToArray(),
        CodeValue codes => [.. interpreter.Codes(codes).ToArray(), interpreter.Scales(codes)[0]],
        _ => throw new System.Diagnostics.UnreachableException($"a value of kind {value.GetType().Name}"),
    };
}
