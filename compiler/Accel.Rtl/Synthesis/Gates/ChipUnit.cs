using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Blocks;
using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>
/// The product as a chip's unit does it: from words of codes to the sums of rows one after another, with ports, counters, tables, multipliers
/// and a scale per group of weights.
/// </summary>
public sealed class ChipUnit : ProductUnit
{
    /// <summary>As long as the pipeline is, and more.</summary>
    private const int CyclesOfReset = 8;

    private readonly WeightMatrix _weights;
    private readonly int _lanes;

    /// <param name="matrix">The codes.</param>
    /// <param name="style">How the matrix becomes logic.</param>
    /// <param name="lanes">Codes of a word, a power of two; multiply-accumulate lanes where the style has such.</param>
    /// <param name="groupSize">Inputs that share a scale.</param>
    /// <param name="mantissas">Scales, <c>[outputs, groups]</c>, 16 bits each; null for 1 everywhere.</param>
    /// <param name="levels">Of parallel: adders on the longest way through a stage.</param>
    /// <param name="effort">Work of the search for shared sums in percent of the usual; null for what a chip gets.</param>
    public ChipUnit(IntegerMatrix matrix, MatrixStyle style, int lanes, int groupSize = int.MaxValue, IReadOnlyList<ushort>? mantissas = null, int levels = 2, int? effort = null)
        : base(matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        groupSize = Math.Min(groupSize, matrix.Inputs);
        var groups = (matrix.Inputs + groupSize - 1) / groupSize;
        var codes = new sbyte[matrix.Inputs * matrix.Outputs];
        for (var j = 0; j < matrix.Outputs; j++)
        {
            for (var i = 0; i < matrix.Inputs; i++)
            {
                codes[(j * matrix.Inputs) + i] = checked((sbyte)matrix[i, j]);
            }
        }

        var (least, most) = (codes.Min(), codes.Max());
        var format = least >= -2 && most <= 1 ? WeightFormat.Ternary : least >= -8 && most <= 7 ? WeightFormat.Int4 : WeightFormat.Int8;
        ushort[] scales = mantissas is null ? [.. Enumerable.Repeat((ushort)1, matrix.Outputs * groups)] : [.. mantissas];
        _weights = new("weight", matrix.Outputs, matrix.Inputs, format, groupSize, 0) { Data = new(codes, scales) };
        _lanes = lanes;
        var op = new QuantizedLinear(new(0, "x", matrix.Inputs, InputBits, 0), new(1, "y", matrix.Outputs, new(32, 0)), _weights, 1, null, 0, 0);
        IMatrixStyle maker = style switch
        {
            MatrixStyle.Serial => new SerialStyle { EffortPercent = effort ?? SerialStyle.UsualEffort },
            MatrixStyle.Parallel => new ParallelStyle { Levels = levels, EffortPercent = effort ?? ParallelStyle.UsualEffort },
            _ => new RomStyle(),
        };
        Style = maker.Name;
        var unit = maker.Build([new(op, 0)], [], new(8, Hdl.Bits.OfIndex((matrix.Inputs + lanes - 1) / lanes), lanes, InputBits, 1));
        Module = unit.Unit.Module;
        CyclesPerVector = (int)unit.Unit.Cycles(0, 0);
    }

    public override string Style { get; }

    public override sbyte LeastInput => -sbyte.MaxValue;

    public override int CyclesPerVector { get; }

    internal override Module Module { get; }

    public override long[] Expected(ReadOnlySpan<sbyte> vector)
    {
        var y = new long[Matrix.Outputs];
        for (var j = 0; j < y.Length; j++)
        {
            for (var i = 0; i < vector.Length; i++)
            {
                y[j] += _weights.Data.Mantissas[(j * _weights.Groups) + (i / _weights.GroupSize)] * (long)vector[i] * Matrix[i, j];
            }
        }

        return y;
    }

    internal override long[]?[][] Run(GateSimulator gates, sbyte[][][] streams)
    {
        var products = Products(streams);
        gates.Set("rst_n", 0, 0);
        for (var t = 0; t < CyclesOfReset; t++)
        {
            gates.Settle();
            gates.Step();
        }

        gates.Set("rst_n", 0, ulong.MaxValue);
        for (var place = 0; place < streams[0].Length; place++)
        {
            var rows = streams.Select(_ => new List<long>()).ToArray();
            for (var t = 0; t < CyclesPerVector; t++)
            {
                gates.Set("start", 0, t == 0 ? ulong.MaxValue : 0);
                gates.Settle();
                var valid = gates.Get("sum_valid", 0);
                var read = gates.Get("code_read", 0);
                for (var s = 0; s < streams.Length; s++)
                {
                    if (((valid >> s) & 1) != 0)
                    {
                        rows[s].Add(gates.Number("sum", s, isSigned: true));
                    }
                }

                var words = Enumerable.Range(0, streams.Length).Select(s => ((read >> s) & 1) != 0 ? gates.Number("code_address", s, isSigned: false) : -1).ToArray();
                gates.Step();

                // The code buffer: the word is there one cycle after its address.
                Load(gates, streams, place, words);
            }

            for (var s = 0; s < streams.Length; s++)
            {
                products[s][place] = rows[s].Count == Matrix.Outputs ? [.. rows[s]] : null;
            }
        }

        return products;
    }

    private void Load(GateSimulator gates, sbyte[][][] streams, int place, long[] words)
    {
        var isRead = 0UL;
        for (var s = 0; s < words.Length; s++)
        {
            isRead |= (words[s] >= 0 ? 1UL : 0) << s;
        }

        for (var lane = 0; lane < _lanes && isRead != 0; lane++)
        {
            for (var bit = 0; bit < InputBits; bit++)
            {
                var runs = 0UL;
                for (var s = 0; s < words.Length; s++)
                {
                    var input = (words[s] * _lanes) + lane;
                    runs |= words[s] >= 0 && input < Matrix.Inputs ? (ulong)((streams[s][place][input] >> bit) & 1) << s : 0;
                }

                gates.Set("code_word", (lane * InputBits) + bit, runs | (gates.Get("code_word", (lane * InputBits) + bit) & ~isRead));
            }
        }
    }
}
