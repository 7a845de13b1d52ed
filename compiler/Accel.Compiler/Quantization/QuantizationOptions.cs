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

/// <summary>The code format of the matrices whose parameter's name ends in <paramref name="NameEnd"/>.</summary>
public sealed record MatrixScheme(string NameEnd, WeightScheme Scheme);

/// <summary>The formats of an integer model. Defaults are those that measured perplexity chose; see README.</summary>
public sealed record QuantizationOptions
{
    /// <summary>Weights and matrix inputs of 8 bits.</summary>
    public static QuantizationOptions Int8 { get; } = new();

    /// <summary>Weights of 4 bits in groups of 32; embedding, head and the projections to keys and values, a small part, in 8.</summary>
    public static QuantizationOptions Int4 { get; } = Narrow(WeightFormat.Int4, 32);

    /// <summary>As <see cref="Int4"/> with one mantissa per row.</summary>
    public static QuantizationOptions Int4PerRow { get; } = Narrow(WeightFormat.Int4, 0);

    /// <summary>As <see cref="Int4"/> with 3 bits.</summary>
    public static QuantizationOptions Int3 { get; } = Narrow(WeightFormat.Int3, 32);

    /// <summary>As <see cref="Int4"/> with codes -1, 0 and 1: for models that were trained so.</summary>
    public static QuantizationOptions Ternary { get; } = Narrow(WeightFormat.Ternary, 32);

    /// <summary>All matrices but those below.</summary>
    public WeightScheme Weights { get; init; } = new(WeightFormat.Int8);

    /// <summary>The embedding table and the head.</summary>
    public WeightScheme Embedding { get; init; } = new(WeightFormat.Int8);

    /// <summary>Matrices with a scheme of their own; the first entry whose text ends a parameter's name wins.</summary>
    public IReadOnlyList<MatrixScheme> Exceptions { get; init; } = [];

    public WeightRounding Rounding { get; init; } = WeightRounding.ErrorCompensating;

    /// <summary>Bits of matrix inputs: 8 or 16.</summary>
    public int ActivationBits { get; init; } = 8;

    /// <summary>
    /// Matrix inputs that are coded in 16 bits whatever <see cref="ActivationBits"/> says: those whose value's name ends so. A product of
    /// gate and up has rare, great elements, beside which 8 bits leave little to the others.
    /// </summary>
    public IReadOnlyList<string> WideInputs { get; init; } = ["mlp.product"];

    /// <summary>Bits of the query's codes in attention: 8 or 16.</summary>
    public int QueryBits { get; init; } = 8;

    /// <summary>Bits of cached keys: 8 or 16. Keys decide which token is looked at, so their error weighs most.</summary>
    public int KeyBits { get; init; } = 16;

    /// <summary>Bits of cached values: 8 or 16.</summary>
    public int CachedValueBits { get; init; } = 8;

    /// <summary>Storage bits of lanes that are not on the residual stream: 16 or 32.</summary>
    public int ValueBits { get; init; } = 16;

    /// <summary>Storage bits of the residual stream: 16 or 32.</summary>
    public int ResidualBits { get; init; } = 32;

    /// <summary>Powers of two above the calibrated maximum before a 16-bit format saturates; 32-bit formats have two more.</summary>
    public int HeadroomBits { get; init; } = 2;

    /// <summary>RMS norms in front of matrices are part of the step that makes codes, their factor part of the row's scale.</summary>
    public bool FuseNorms { get; init; } = true;

    /// <summary>A fused norm's weight goes into the columns of the matrices behind it, where no other op reads them; else it multiplies the row before it is coded.</summary>
    public bool FoldNormWeights { get; init; }

    /// <summary>Sweeps of coordinate descent over codes and scales behind error compensation.</summary>
    public int RefinementSweeps { get; init; } = 8;

    /// <summary>Segments of a function's table; a power of two.</summary>
    public int TableSegments { get; init; } = 512;

    /// <summary>Fraction bits of the samples of sigmoids and gates.</summary>
    public int TableFraction { get; init; } = 16;

    private static QuantizationOptions Narrow(WeightFormat format, int groupSize) => new()
    {
        Weights = new(format, groupSize),
        Exceptions = [new(".attention.key.weight", new(WeightFormat.Int8)), new(".attention.value.weight", new(WeightFormat.Int8))],
    };
}
