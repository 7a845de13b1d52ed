namespace Accel.Compiler.Quantization;

/// <summary>How codes are chosen for weights.</summary>
public enum WeightRounding
{
    /// <summary>Scale by the greatest weight of the group, each weight to the nearest code.</summary>
    Nearest,

    /// <summary>The scale of least squared error per group, inputs weighted by their calibrated second moments.</summary>
    LeastSquares,

    /// <summary>Column by column, each column's rounding error made up for by the columns behind it (needs calibrated second moments).</summary>
    ErrorCompensating,
}

/// <summary>The code format of a matrix.</summary>
/// <param name="GroupSize">Columns that share a mantissa; 0 for one mantissa per row.</param>
public sealed record WeightScheme(WeightFormat Format, int GroupSize = 0);

/// <summary>The formats of an integer model. Defaults are those that measured perplexity chose; see README.</summary>
public sealed record QuantizationOptions
{
    /// <summary>All matrices but those below.</summary>
    public WeightScheme Weights { get; init; } = new(WeightFormat.Int8);

    /// <summary>The embedding table and the head.</summary>
    public WeightScheme Embedding { get; init; } = new(WeightFormat.Int8);

    public WeightRounding Rounding { get; init; } = WeightRounding.ErrorCompensating;

    /// <summary>Bits of matrix inputs: 8 or 16.</summary>
    public int ActivationBits { get; init; } = 8;

    /// <summary>Bits of the query's codes in attention: 8 or 16.</summary>
    public int QueryBits { get; init; } = 8;

    /// <summary>Bits of cached keys and values: 8 or 16.</summary>
    public int CacheBits { get; init; } = 8;

    /// <summary>Storage bits of lanes that are not on the residual stream: 16 or 32.</summary>
    public int ValueBits { get; init; } = 16;

    /// <summary>Storage bits of the residual stream: 16 or 32.</summary>
    public int ResidualBits { get; init; } = 32;

    /// <summary>Powers of two above the calibrated maximum before a 16-bit format saturates; 32-bit formats have two more.</summary>
    public int HeadroomBits { get; init; } = 1;

    /// <summary>RMS norms go into the matrices behind them: the weight into the columns, the factor into the row's scale.</summary>
    public bool FuseNorms { get; init; } = true;

    /// <summary>Segments of a function's table; a power of two.</summary>
    public int TableSegments { get; init; } = 512;

    /// <summary>Fraction bits of the samples of sigmoids and gates.</summary>
    public int TableFraction { get; init; } = 16;
}
