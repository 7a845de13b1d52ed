namespace Accel.Compiler.Quantization.Arithmetic;

/// <summary>
/// A linear feedback shift register of 64 bits that moves by whole words: three exclusive ors with shifted copies of itself a step,
/// period <c>2^64 - 1</c>.
/// </summary>
/// <remarks>Source: G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003: 64 bits, triple 13, 7, 17.</remarks>
public static class ShiftRegister
{
    /// <summary>The next state: <c>s ^= s &lt;&lt; 13; s ^= s >> 7; s ^= s &lt;&lt; 17</c>, logical shifts.</summary>
    public static ulong Next(ulong state)
    {
        state ^= state << 13;
        state ^= state >> 7;
        return state ^ (state << 17);
    }

    /// <summary>The state that a number from a person gives: neighbours must not give states that look alike, and none may give 0.</summary>
    /// <remarks>Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014: SplitMix64's output.</remarks>
    public static ulong StateOf(ulong seed)
    {
        var z = seed + 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return Loaded(z ^ (z >> 31));
    }

    /// <summary>What the register holds when a state is loaded: 0, which would never change, becomes 1.</summary>
    public static ulong Loaded(ulong state) => state == 0 ? 1 : state;
}
