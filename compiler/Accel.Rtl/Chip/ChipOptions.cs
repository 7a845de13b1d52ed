using System.Collections.Immutable;
using Accel.Rtl.Matrices;

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

    /// <summary>How matrices are realised, by the name of their weights; those not named are <see cref="MatrixStyle.Rom"/>.</summary>
    public IReadOnlyDictionary<string, MatrixStyle> Styles { get; init; } = ImmutableDictionary<string, MatrixStyle>.Empty;

    /// <summary>Adders on the longest way through a stage of matrices in style <c>parallel</c>.</summary>
    public int AdderLevels { get; init; } = 2;

    /// <summary>What synthesis gets of the sums of matrices in style <c>serial</c>.</summary>
    public LogicView SerialView { get; init; } = LogicView.Cells;

    /// <summary>Called while adder graphs are searched for, with the number of tiles done and of all; one call at a time.</summary>
    public Action<int, int>? TileOptimised { get; init; }
}
