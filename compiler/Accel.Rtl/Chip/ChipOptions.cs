namespace Accel.Rtl.Chip;

/// <summary>What a chip is made with, beside the model.</summary>
public sealed record ChipOptions
{
    /// <summary>Positions that the caches hold; a sequence ends when it is full.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Multiply-accumulate lanes of the matrices in style <c>rom</c>; a power of two. 0 lets the cost model choose.</summary>
    public int Lanes { get; init; }

    /// <summary>A model whose codes have more bits than this is refused: as text they make more than tools read in a day.</summary>
    public long MostWeightBits { get; init; } = 1L << 28;

    /// <summary>Whether the ports <c>probe_*</c> exist.</summary>
    public bool HasProbe { get; init; } = true;
}
