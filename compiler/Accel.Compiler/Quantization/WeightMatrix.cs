namespace Accel.Compiler.Quantization;

/// <summary>How the elements of a matrix are coded.</summary>
public enum WeightFormat
{
    Int8,
    Int4,
    Int3,
    Ternary,
}

/// <summary>The codes and mantissas of a matrix.</summary>
/// <param name="Codes"><c>[Rows, Columns]</c>, row-major.</param>
/// <param name="Mantissas"><c>[Rows, Groups]</c>, row-major; unsigned 16 bits.</param>
public sealed record WeightData(sbyte[] Codes, ushort[] Mantissas);

/// <summary>
/// A stored matrix: <c>w[r, c] = code[r, c] * mantissa[r, c / GroupSize] * 2^-Exponent</c>. A matrix of a shape-only model has no
/// data.
/// </summary>
/// <param name="Name">The float graph's name of the parameter.</param>
/// <param name="Rows">Outputs; for a table its entries.</param>
/// <param name="Columns">Inputs.</param>
/// <param name="Format">The codes' format.</param>
/// <param name="GroupSize">Columns that share a mantissa; the last group of a row may be shorter. <see cref="Columns"/> for one per row.</param>
/// <param name="Exponent">Common to the whole matrix.</param>
public sealed record WeightMatrix(string Name, int Rows, int Columns, WeightFormat Format, int GroupSize, int Exponent)
{
    private readonly WeightData? _data;

    public int Groups => (Columns + GroupSize - 1) / GroupSize;

    /// <summary>The greatest magnitude of a code: 127, 7, 3 or 1.</summary>
    public int CodeLimit => LimitOf(Format);

    /// <summary>Bits of a code in memory; ternary codes take two.</summary>
    public int CodeBits => BitsOf(Format);

    public long StorageBits => ((long)Rows * Columns * CodeBits) + (16L * Rows * Groups);

    public bool HasData => _data is not null;

    /// <exception cref="InvalidOperationException">A shape-only model.</exception>
    public WeightData Data
    {
        get => _data ?? throw new InvalidOperationException($"'{Name}' is a shape without weights");
        init => _data = value;
    }

    public static int LimitOf(WeightFormat format) => format switch
    {
        WeightFormat.Int8 => 127,
        WeightFormat.Int4 => 7,
        WeightFormat.Int3 => 3,
        _ => 1,
    };

    public static int BitsOf(WeightFormat format) => format switch
    {
        WeightFormat.Int8 => 8,
        WeightFormat.Int4 => 4,
        WeightFormat.Int3 => 3,
        _ => 2,
    };
}

/// <summary>A vector of small constants (biases, taps, norm weights): values present, or absent in a shape-only model.</summary>
/// <param name="Length">Elements.</param>
/// <param name="Bits">Bits of an element in memory, sign included: 16 or 32.</param>
public sealed record ConstantVector(string Name, int Length, int Bits)
{
    private readonly int[]? _values;

    public bool HasValues => _values is not null;

    /// <exception cref="InvalidOperationException">A shape-only model.</exception>
    public int[] Values
    {
        get => _values ?? throw new InvalidOperationException($"'{Name}' is a shape without values");
        init => _values = value;
    }
}
