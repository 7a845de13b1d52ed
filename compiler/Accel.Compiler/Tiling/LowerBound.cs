using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Tiling;

/// <summary>
/// The bytes that an op must move if nothing but constants, tokens, logits, and states that do not live on chip cross the chip's edge, and
/// each of them once.
/// </summary>
internal static class LowerBound
{
    /// <param name="isOnChip">Whether a state lives on chip.</param>
    /// <param name="run">Whose bytes.</param>
    public static long Bytes(QuantizedGraph graph, QuantizedOp op, Predicate<QuantizedState> isOnChip, RunWork run)
    {
        var (tokens, sequences) = (run.Tokens, run.Positions.Count);
        long Off(QuantizedState state, long bits) => isOnChip(state) ? 0 : bits;
        var bits = op switch
        {
            QuantizedEmbedding e => (32 * tokens) + (tokens * (((long)e.Table.Columns * e.Table.CodeBits) + (16L * e.Table.Groups))),
            QuantizeRows { Norm.Weight: { } weight } => Bits(weight),
            QuantizedRmsNorm norm => Bits(norm.Norm.Weight),
            QuantizedLinear linear => linear.Weight.StorageBits + Bits(linear.Bias) + (op.Result == graph.Logits ? tokens * op.Result.BitsPerToken : 0),
            QuantizedTable table => 32L * table.Table.Entries.Length,
            QuantizedRope rope => IsFirst(graph, rope) ? 32L * rope.Rotation.Frequencies.Length * tokens : 0,
            QuantizedAttention attention =>
                (Off(attention.Keys, attention.Keys.BitsPerSlot) + Off(attention.Values, attention.Values.BitsPerSlot)) * (tokens + run.Positions.Sum(position => Seen(attention, position))),
            QuantizedCausalConv conv => Bits(conv.Taps) + Bits(conv.Bias) + Off(conv.State, 2L * sequences * conv.State.Rows * conv.State.Channels * conv.State.Format.Bits),
            QuantizedRgLru lru => Bits(lru.Decay) + Off(lru.State, 2L * sequences * 32 * lru.State.Elements),
            QuantizedSelectiveScan scan => Bits(scan.Decay) + Bits(scan.Skip) + Off(scan.State, 2L * sequences * 32 * scan.State.Elements),
            _ => 0,
        };
        return (bits + 7) / 8;
    }

    /// <summary>Whether no op before rotates by the same table: its rows need to come once.</summary>
    public static bool IsFirst(QuantizedGraph graph, QuantizedRope rope) =>
        graph.Ops.OfType<QuantizedRope>().First(other => other.Rotation.Equals(rope.Rotation)) == rope;

    /// <summary>Keys that the run's queries see together, those of the run itself not counted: they need not come back.</summary>
    private static long Seen(QuantizedAttention attention, long position) =>
        attention.Window == 0 ? position : Math.Min(position, attention.Window - 1);

    private static long Bits(ConstantVector? vector) => vector is null ? 0 : (long)vector.Length * vector.Bits;
}
