using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Rtl.Chip;

/// <summary>The cost model of the number of multiply-accumulate lanes: least area times cycles per token.</summary>
internal static class LaneChoice
{
    // Gate equivalents: constant ROM 0.75 per 4-bit weight; a lane of 8 by 16 bits with its share of the adder tree about 900.
    private const double GatesPerWeightBit = 0.19;
    private const double GatesPerLane = 900;
    private const double GatesBeside = 150_000;

    public static int Of(QuantizedGraph graph, int contextLength)
    {
        var rom = GatesPerWeightBit * graph.Matrices.Sum(matrix => (double)matrix.Rows * matrix.Columns * matrix.CodeBits);
        // Whatever is not a matrix takes a cycle or a few per element; attention two per key and head.
        var beside = graph.Ops.Where(op => op is not QuantizedLinear).Sum(op => 3.0 * op.Result.Width)
            + graph.Ops.OfType<QuantizedAttention>().Sum(op => (double)op.Heads * (op.Window > 0 ? Math.Min(op.Window, contextLength) : contextLength));
        return new[] { 8, 16, 32, 64, 128, 256 }.MinBy(lanes =>
        {
            var cycles = beside + graph.Ops.OfType<QuantizedLinear>().Sum(op => (double)op.Weight.Rows * ((op.Weight.Columns + lanes - 1) / lanes));
            return (rom + GatesBeside + (lanes * GatesPerLane)) * cycles;
        });
    }
}
