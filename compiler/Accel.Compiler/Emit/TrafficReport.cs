using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Compiler.Scheduling;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Tiling;
using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Compiler.Emit;

/// <summary>Bytes moved against bytes needed, per operator, and by cause what is moved beyond need. Causes add up to the difference.</summary>
internal static class TrafficReport
{
    public static EntryPointTraffic Make(ModelPlan plan, EmitContext context, CompiledProgram program, EntryPoint entry, long position)
    {
        long tokens = entry.MaximumTokens;
        var bytes = TrafficMeter.Measure(program, entry, position, tokens);
        var classes = bytes.GetLength(1);
        var operators = plan.Ops.Select((op, i) =>
        {
            var moved = Enumerable.Range(0, classes).Select(c => bytes[i, c]).ToArray();
            var bound = LowerBound.Bytes(plan.Graph, op, context.IsResident, position, tokens);
            var causes = Activations(op, i, context, moved).Concat(Causes(op, i, context, position, tokens)).Where(cause => cause.Bytes != 0);
            return new OperatorTraffic(op.Result.Name, op.Mnemonic, moved, bound, [.. causes], context.Tiles.GetValueOrDefault(i));
        });
        return new(entry.Name, position, tokens, context.Scratchpad.Peak, [.. operators]);
    }

    private static IEnumerable<ExcessTraffic> Activations(QuantizedOp op, int index, EmitContext context, long[] moved)
    {
        var cause = op is QuantizedAttention && !context.Plan.KeepsScores
            ? "scores and values to memory and back, not fused"
            : "values to memory and back, not fused";
        yield return new(cause, moved[(int)TrafficClass.Activations]);
    }

    private static IEnumerable<ExcessTraffic> Causes(QuantizedOp op, int index, EmitContext context, long position, long tokens) => op switch
    {
        QuantizedEmbedding embedding => [new("padding of the table's rows", RoundedUp(tokens, Padding(embedding.Table, context.Machine)))],
        QuantizedLinear linear => Matrix(linear.Weight, context.Tiles[index], context.Machine),
        QuantizedAttention attention => Caches(attention, context.Attentions[index], position, tokens),
        _ => [],
    };

    private static IEnumerable<ExcessTraffic> Matrix(WeightMatrix weight, MatMulTile tile, Machine machine)
    {
        if (tile.Depth >= weight.Columns)
        {
            yield return new("padding of rows", RoundedUp(weight.Rows, Padding(weight, machine)));
            yield break;
        }

        // Parts of rows carry the mantissas of the groups that they touch, and codes up to whole bytes, but no padding.
        var record = new WeightRecord(weight, machine);
        yield return new("padding of codes to bytes", RoundedUp(weight.Rows, (8 * record.CodeBytes(weight.Columns)) - ((long)weight.Columns * weight.CodeBits)));
        var parts = (weight.Columns + tile.Depth - 1) / tile.Depth;
        var carried = Enumerable.Range(0, parts).Sum(part => (Math.Min(tile.Depth, weight.Columns - (part * tile.Depth)) + weight.GroupSize - 1) / weight.GroupSize);
        yield return new("mantissas that come with each part of a row", 2L * weight.Rows * (carried - weight.Groups));
    }

    private static IEnumerable<ExcessTraffic> Caches(QuantizedAttention op, AttentionShape shape, long position, long tokens)
    {
        var visible = tokens + (op.Window == 0 ? position : Math.Min(position, op.Window - 1));
        var (keys, values) = (shape.Keys.OnChip is null ? op.Keys.BitsPerSlot / 8 : 0, shape.Values.OnChip is null ? op.Values.BitsPerSlot / 8 : 0);
        yield return new("the run's own keys and values come back", tokens * (keys + values));
        yield return new("keys in both passes, as their scores do not fit", shape.KeepsScores ? 0 : visible * keys);
        yield return new("scales of values in both passes", values == 0 ? 0 : visible * 2 * op.KeyHeads);
    }

    /// <summary>Bits of a row in memory that are neither code nor mantissa.</summary>
    private static long Padding(WeightMatrix weight, Machine machine)
    {
        var record = new WeightRecord(weight, machine);
        return (8 * record.Stride) - ((long)weight.Columns * weight.CodeBits) - (16L * weight.Groups);
    }

    /// <summary>Whole bytes that rows of so many bits beyond need add, where the need is counted up to whole bytes.</summary>
    private static long RoundedUp(long rows, long bits) => rows * bits / 8;
}
