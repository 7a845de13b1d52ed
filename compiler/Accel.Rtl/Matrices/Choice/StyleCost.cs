using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Blocks;
using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices.Unrolled;
using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Matrices.Choice;

/// <summary>
/// What a product takes in each style, known without its logic: gate equivalents of adders from the weights' nonzero signed digits, of tables from what their bits choose and join, cycles exactly, and a proxy of
/// energy. Figures per digit and per bit are fitted to units mapped to the open 130 nm library (README of the folder above).
/// </summary>
internal sealed class StyleCost
{
    private const double FlipFlop = 5.33;
    private const double HeldBit = 8.4;

    /// <summary>A bit of a small table beside serial and parallel logic.</summary>
    private const double SmallTableBit = 0.217;

    /// <summary>
    /// Of style rom, the choice of one table's word among those of all, per table and bit of a word with its mantissa: the whole unit of two int8 chips, 36 tables at 64 lanes
    /// and 41 at 128, less their lanes, is told within 3 %.
    /// </summary>
    private const double WordChoiceBit = 3.75;

    private static readonly LogicFigures _figures = new();

    /// <summary>
    /// Shared sums and inverters for a nonzero digit, and the state of a row's sum in a group: together within a tenth of four mapped units, 64 x 64 of int4, ternary
    /// and int8, and groups of 32 of a trained matrix.
    /// </summary>
    private const double SerialDigit = 3.85, SerialRow = 28;

    /// <summary>Shared adders and pipeline registers for a digit, int8 codes: 40 for ternary at 64 x 64, two adders a stage.</summary>
    private const double ParallelDigit = 40;

    /// <summary>A bit of a product of a sum by a mantissa.</summary>
    private const double ProductBit = 6.5;

    /// <summary>Choice of the bit that is sent, per code.</summary>
    private const double BitChoice = 13;

    /// <summary>A bit of the square that turns rows to words.</summary>
    private const double TurnerBit = 8.5;

    /// <summary>How often a gate of logic at work changes, per cycle; of word-parallel logic, which settles in ripples, per product.</summary>
    private const double Activity = 0.2, Settling = 1.0;

    private readonly QuantizedLinear _op;
    private readonly long _digits;
    private readonly double _serialPasses;
    private readonly Dictionary<int, double> _romGates = [];

    public StyleCost(QuantizedLinear op, int codeBits)
    {
        _op = op;
        Unrolled = new(op.Weight, op.Blocks, codeBits);
        foreach (var code in op.Weight.Data.Codes)
        {
            _digits += SignedDigits.Count(code);
        }

        var n = Unrolled.SumBits;
        _serialPasses = Unrolled.Bands.Average(band => ((band.FirstRow + band.Rows - 1) / n) - (band.FirstRow / n) + 1.0);
    }

    public QuantizedLinear Op => _op;

    public UnrolledMatrix Unrolled { get; }

    /// <summary>Gate equivalents of a matrix as a table of words for so many lanes, its mantissas with it.</summary>
    public static double RomGates(WeightMatrix weight, int blocks, int lanes)
    {
        var (codes, mantissas) = new RomLayout(weight, blocks, lanes, RomLayout.SegmentOf([(weight, blocks)], lanes)).Structure();
        return TableEstimator.BuiltIn.Estimate(codes) + TableEstimator.BuiltIn.Estimate(mantissas);
    }

    /// <summary>Gate equivalents that are the matrix's own.</summary>
    public double Gates(MatrixStyle style, int lanes)
    {
        var weight = _op.Weight;
        if (style == MatrixStyle.Rom)
        {
            if (!_romGates.TryGetValue(lanes, out var gates))
            {
                _romGates.Add(lanes, gates = RomGates(weight, _op.Blocks, lanes));
            }

            return gates;
        }

        var mantissas = SmallTableBit * 16 * weight.Rows * weight.Groups;
        return mantissas + style switch
        {
            MatrixStyle.Serial => (SerialDigit * _digits) + ((SerialRow + 2.0) * weight.Rows * weight.Groups) + (1.7 * weight.Columns * Unrolled.Bands.Count),
            _ => (ParallelDigit * _digits) + (2.2 * weight.Rows * weight.Groups * Unrolled.SumBits) + (5.0 * weight.Rows) + (1.7 * weight.Columns * Unrolled.CodeBits),
        };
    }

    /// <summary>Gate equivalents that the matrices of a style share.</summary>
    public static double SharedGates(MatrixStyle style, IReadOnlyList<StyleCost> users, int lanes)
    {
        if (users.Count == 0)
        {
            return 0;
        }

        var (inputs, groups, bits, codeBits) = (users.Max(u => u.Unrolled.Inputs), users.Max(u => u.Unrolled.Groups), users.Max(u => u.Unrolled.SumBits), users[0].Unrolled.CodeBits);
        var held = inputs > lanes ? HeldBit * inputs * codeBits : 0;
        var scaling = groups * ((ProductBit * 16 * bits) + (FlipFlop * (bits + 16)));
        return style switch
        {
            MatrixStyle.Rom => LaneGates(users, lanes) + (WordChoiceBit * users.DistinctBy(u => u.Op.Weight.Name).Count() * ((lanes * users.Max(u => u.Op.Weight.CodeBits)) + RomLayout.MantissaBits)),
            MatrixStyle.Serial => held + scaling + (BitChoice * inputs) + (TurnerBit * groups * bits * bits) + 600,
            _ => held + scaling + 600,
        };
    }

    /// <summary>Cycles of the step, exactly.</summary>
    public long Cycles(MatrixStyle style, int lanes, IReadOnlyList<StyleCost> users, int adderLevels)
    {
        var shape = new MachineShape(1, 1, lanes, Unrolled.CodeBits, 1);
        if (style == MatrixStyle.Rom)
        {
            return 1 + ((long)_op.Weight.Rows * new RomLayout(_op.Weight, _op.Blocks, lanes, 1).WordsPerRow) + RomStyle.Latency + Requantiser.Latency;
        }

        var matrices = users.Select(u => u.Unrolled).ToList();
        var latency = style == MatrixStyle.Serial ? SerialRows.Latency(matrices) : ParallelRows.Latency(matrices, adderLevels);
        return UnrolledUnit.Cycles(Unrolled, shape, latency, users.Any(u => UnrolledUnit.Words(u.Unrolled, shape) > 1)) + Requantiser.Latency;
    }

    /// <summary>Gates that change for a token: a proxy of switching energy.</summary>
    public double Toggles(MatrixStyle style, int lanes)
    {
        var own = Gates(style, lanes);
        return style switch
        {
            MatrixStyle.Rom => Activity * _op.Weight.Rows * Math.Ceiling((double)Unrolled.Inputs / lanes) * (LaneGates([this], lanes) + (own / _op.Weight.Rows)),
            MatrixStyle.Serial => Activity * own * _serialPasses * Unrolled.SumBits,
            _ => Settling * own,
        };
    }

    /// <summary>Multiply-accumulate lanes with their share of the adder tree.</summary>
    private static double LaneGates(IReadOnlyList<StyleCost> users, int lanes) =>
        lanes * (_figures.GatesPerLane + (_figures.GatesPerLaneAndWeightBit * users.Max(u => u.Op.Weight.CodeBits)));
}
