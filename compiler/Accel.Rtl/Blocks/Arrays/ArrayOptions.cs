using System.Numerics;
using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays;

/// <summary>One way of working of a config's matmul array, which becomes hardware of its own: what a machine may choose per command is fixed here.</summary>
/// <param name="Array">Rows, columns, weight buffers, port and accumulators.</param>
/// <param name="Activations">Codes that stream through.</param>
/// <param name="Weights">Codes of the weights.</param>
/// <param name="HasMantissas">Whether each group of inputs of an output has a 16-bit factor.</param>
/// <param name="Fold">Bands of rows, each with its own block of columns of the product.</param>
public sealed record ArrayOptions(MatMulArrayConfig Array, ActivationType Activations, WeightType Weights, bool HasMantissas, int Fold)
{
    /// <summary>Bits of depth, outputs and group of a command.</summary>
    internal const int ExtentBits = 16;

    internal const int SumBits = 8 * MatMulArrayConfig.AccumulatorBytes;

    internal const int MantissaBits = 16;

    /// <summary>What stands still in the elements: weights, or sums.</summary>
    public ArrayDataflow Dataflow { get; init; }

    /// <summary>Bytes that leave the read-out per cycle; by default a 16-bit value of each column.</summary>
    public int ReadOutBytes { get; init; } = 2 * Array.Columns;

    /// <summary>H: rows of a band; the depth of a pass where weights stand still, else its rows of sums.</summary>
    public int Height => Array.Rows / Fold;

    public int Columns => Array.Columns;

    /// <summary>Outputs of a pass, a lane of accumulators for each.</summary>
    public int Lanes => Array.Columns * Fold;

    public int Banks => Array.WeightBuffers;

    public int ActivationBytes => Activations == ActivationType.Int8 ? 1 : 2;

    public int WeightBits => Weights switch
    {
        WeightType.Ternary => 2,
        WeightType.Int3 => 3,
        WeightType.Int4 => 4,
        WeightType.Int8 => 8,
        _ => 16,
    };

    /// <summary>Cycles that a byte of each activation takes: multipliers have 8 bits, wider codes go through byte by byte.</summary>
    public int Parts => ActivationBytes * (WeightBits > 8 ? 2 : 1);

    /// <summary>Sums of a lane.</summary>
    public int WordsPerLane => (int)Math.Min(1 << ExtentBits, Array.AccumulatorWords / Lanes);

    internal bool IsOutputStationary => Dataflow == ArrayDataflow.OutputStationary;

    internal int PortBits => checked((int)(Array.WeightPort.Value * 8));

    /// <summary>Bits that are counted as one where codes are looked for in beats: a code, or a bit where codes straddle beats.</summary>
    internal int UnitBits => BitOperations.IsPow2(WeightBits) ? WeightBits : 1;

    internal int UnitsPerCode => WeightBits / UnitBits;

    /// <summary>Units of a beat of the weight port; a power of two.</summary>
    internal int UnitsPerBeat => PortBits / UnitBits;

    /// <summary>Bits of the beat before that a code may begin with.</summary>
    internal int TailBits => (UnitsPerCode - 1) * UnitBits;

    internal int BankBits => Bits.OfIndex(Banks);

    internal int AddressBits => Bits.OfIndex(WordsPerLane);

    /// <summary>Units of the codes of a whole tile.</summary>
    private int TileUnits => Height * Lanes * UnitsPerCode;

    /// <summary>Mantissas in front and the codes of a whole tile.</summary>
    internal int MostUnits => (HasMantissas ? Lanes * MantissaBits / UnitBits : 0) + TileUnits;

    /// <summary>Places of codes, those beyond a tile's end included.</summary>
    internal int PositionBits => Bits.Of(MostUnits + TileUnits);

    internal int BeatBits => Bits.OfIndex(((MostUnits - 1) / UnitsPerBeat) + 1);

    internal int ActivationWidth => ActivationBytes == 1 ? 8 : 9;

    internal int WeightWidth => WeightBits > 8 ? 9 : WeightBits;

    /// <summary>A column's sum of products of one pass, weight stationary.</summary>
    internal int ColumnBits => ActivationWidth + WeightWidth + Bits.OfIndex(Height);

    /// <summary>An element's sum of products of one group, output stationary.</summary>
    internal int DotBits => (8 * ActivationBytes) + WeightBits + ExtentBits;

    /// <summary>What a lane of accumulators is given: a column's sum to be scaled, or a finished sum.</summary>
    internal int LaneBits => IsOutputStationary ? SumBits : ColumnBits;

    /// <summary>Whether mantissas multiply below the columns; where sums stand still they do in the elements.</summary>
    internal bool LanesScale => HasMantissas && !IsOutputStationary;

    internal string Name =>
        $"array_{Array.Rows}x{Array.Columns}_{Activations}_{Weights}{(HasMantissas ? "_scaled" : "")}{(Fold > 1 ? $"_fold{Fold}" : "")}{(IsOutputStationary ? "_os" : "")}".ToLowerInvariant();

    private static long AccumulatorBytesOf(long sums) => sums * MatMulArrayConfig.AccumulatorBytes;

    /// <exception cref="InputException">What this hardware cannot be built for, all at once.</exception>
    public ArrayOptions Checked()
    {
        var faults = new List<Diagnostic>();
        Demand(Fold >= 1 && Array.Rows % Fold == 0, "fold", $"a divisor of {Array.Rows} rows", $"{Fold}");
        Demand(Array.Weights.Contains(Weights), "weights", "codes that the config has", $"{Weights}");
        Demand(Array.Activations.Contains(Activations), "activations", "codes that the config has", $"{Activations}");
        Demand(Array.Dataflows.Contains(Dataflow), "dataflows", "one that the config has", $"{Dataflow}");
        Demand(Array.WeightPort.Value >= 2 && BitOperations.IsPow2(Array.WeightPort.Value), "weightPort", "a power of two, 2 B or more", $"{Array.WeightPort}");
        Demand(Fold < 1 || Array.AccumulatorWords / Lanes >= 1, "accumulators", $"a word for each of {Lanes} lanes", $"{Array.Accumulators}");
        Demand(ReadOutBytes >= 1 && ReadOutBytes <= AccumulatorBytesOf(Array.Columns), "readOutBytes", $"1 to {AccumulatorBytesOf(Array.Columns)}, a sum of each column", $"{ReadOutBytes}");
        return faults.Count == 0 ? this : throw new InputException(faults);

        void Demand(bool holds, string field, string expected, string found)
        {
            if (!holds)
            {
                faults.Add(new("matmulArrays", field, expected, found));
            }
        }
    }
}
