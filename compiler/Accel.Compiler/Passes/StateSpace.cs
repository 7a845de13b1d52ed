using Accel.Compiler.Quantization;

namespace Accel.Compiler.Passes;

/// <summary>How states are laid out, and how much of the chip they may take.</summary>
/// <param name="Bytes">Of the scratchpad, at most.</param>
/// <param name="ContextLength">Positions that caches are laid out for.</param>
/// <param name="RunTokens">Most tokens of one run.</param>
/// <param name="Sequences">Each with states of its own.</param>
/// <param name="Stripe">Bytes of one burst on each memory channel: each head's part of a cache begins at a multiple.</param>
public sealed record StateSpace(long Bytes, int ContextLength, int RunTokens, int Sequences, long Stripe)
{
    /// <summary>Parts of sequences start at multiples of a burst of any memory, on chip and off.</summary>
    private const long Alignment = 256;

    /// <summary>
    /// Slots of a cache. A window has as many more than keys as a run has tokens less one: no token of a run overwrites what an earlier one
    /// still sees.
    /// </summary>
    /// <param name="window">Keys that a query sees; 0 for all.</param>
    public int Slots(int window) => window > 0 ? (int)Math.Min(ContextLength, (long)window + RunTokens - 1) : ContextLength;

    /// <summary>Bytes of one sequence's part of a state.</summary>
    public long Stride(QuantizedState state) => (BitsOf(state) + (8 * Alignment) - 1) / (8 * Alignment) * Alignment;

    /// <summary>Bytes of a state with the parts of all sequences.</summary>
    public long BytesOf(QuantizedState state) => Stride(state) * Sequences;

    /// <summary>Bytes from one head's codes to the next one's.</summary>
    public long CodeStride(CacheState cache) => WholeStripes(Slots(cache.Slots) * ((long)cache.Width * cache.CodeBits / 8));

    /// <summary>Bytes from one head's scales, 16 bits a slot, to the next one's.</summary>
    public long ScaleStride(CacheState cache) => WholeStripes(2L * Slots(cache.Slots));

    private long WholeStripes(long bytes) => (bytes + Stripe - 1) / Stripe * Stripe;

    private long BitsOf(QuantizedState state) => state switch
    {
        CacheState cache => 8 * cache.Heads * (CodeStride(cache) + ScaleStride(cache)),
        ConvState conv => (long)conv.Rows * conv.Channels * conv.Format.Bits,
        RecurrentState recurrent => 32L * recurrent.Elements,
        _ => throw new NotSupportedException($"{state.GetType().Name}: no layout"),
    };
}
