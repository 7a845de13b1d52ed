using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Tiling;

/// <summary>The bytes that an op must move if nothing but constants, states, tokens and logits leaves the chip, and each of them once.</summary>
internal static class LowerBound
{
    public static long Bytes(QuantizedGraph graph, QuantizedOp op, long position, long tokens)
    {
        var bits = op switch
        {
            QuantizedEmbedding e => (32 * tokens) + (tokens * (((long)e.Table.Columns * e.Table.CodeBits) + (16L * e.Table.Groups))),
            QuantizeRows { Norm.Weight: { } weight } => Bits(weight),
            QuantizedRmsNorm norm => Bits(norm.Norm.Weight),
            QuantizedLinear linear => linear.Weight.StorageBits + Bits(linear.Bias) + (op.Result == graph.Logits ? tokens * op.Result.BitsPerToken : 0),
            QuantizedTable table => 32L * table.Table.Entries.Length,
            QuantizedRope rope => 32L * rope.Rotation.Frequencies.Length * tokens,
            QuantizedAttention attention => (attention.Keys.BitsPerSlot + attention.Values.BitsPerSlot) * (tokens + Seen(attention, position, tokens)),
            QuantizedCausalConv conv => Bits(conv.Taps) + Bits(conv.Bias) + (2L * conv.State.Rows * conv.State.Channels * conv.State.Format.Bits),
            QuantizedRgLru lru => Bits(lru.Decay) + (2L * 32 * lru.State.Elements),
            QuantizedSelectiveScan scan => Bits(scan.Decay) + Bits(scan.Skip) + (2L * 32 * scan.State.Elements),
            _ => 0,
        };
        return (bits + 7) / 8;
    }

    /// <summary>Keys that the run's queries see together, those of the run itself not counted: they need not come back.</summary>
    private static long Seen(QuantizedAttention attention, long position, long tokens) =>
        attention.Window == 0 ? position : Math.Min(position, attention.Window - 1);

    private static long Bits(ConstantVector? vector) => vector is null ? 0 : (long)vector.Length * vector.Bits;
}
