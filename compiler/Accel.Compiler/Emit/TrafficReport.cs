using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
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
        var run = entry.IsBatch ? new RunWork([.. Enumerable.Repeat(position, entry.MaximumTokens)], 1) : new RunWork(position, tokens);
        var bytes = TrafficMeter.Measure(program, entry, position, tokens);
        var classes = bytes.GetLength(1);
        var operators = plan.Ops.Select((op, i) =>
        {
            var moved = Enumerable.Range(0, classes).Select(c => bytes[i, c]).ToArray();
            var bound = LowerBound.Bytes(plan.Graph, op, context.IsResident, run);
            var causes = Activations(op, i, context, moved).Concat(Causes(op, i, context, run)).Append(new("whole stripes of what is small", FillerOfConstants(op, i, context, run))).Where(cause => cause.Bytes != 0);
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

    private static IEnumerable<ExcessTraffic> Causes(QuantizedOp op, int index, EmitContext context, RunWork run) => op switch
    {
        QuantizedEmbedding embedding => Table(embedding.Table, context.Matrices.LayoutOf(embedding.Table), run.Tokens),
        QuantizedLinear linear => Matrix(linear.Weight, context.Matrices.LayoutOf(linear.Weight)),
        QuantizedAttention attention when context.Attentions[index].HoldsOwn => CachesBeforeOwn(attention, context.Attentions[index], run),
        QuantizedAttention attention => CachesWithOwn(attention, context.Attentions[index], run),
        _ => [],
    };

    private static long FillerOfConstants(QuantizedOp op, int index, EmitContext context, RunWork run)
    {
        var vectors = op is QuantizedSelectiveScan scan ? [scan.Skip] : ConstantLoads.VectorsOf(op);
        var bytes = vectors.Sum(vector => context.Dram.Vector(vector).Length - ((long)vector.Length * vector.Bits / 8));
        return op switch
        {
            QuantizedTable table => context.Dram.Table(table.Table, table.Function).Length - (4L * table.Table.Entries.Length),
            QuantizedRope rope => RopeLowering.BytesOf(context, rope, index, run) - (LowerBound.IsFirst(context.Plan.Graph, rope) ? RopeLowering.RowBytes(rope) * run.Tokens : 0),
            QuantizedLinear linear when context.Matrices.LayoutOf(linear.Weight) is { MantissaBytes: > 0 } layout =>
                context.Dram.Mantissas(linear.Weight, layout).Length - layout.MantissaBytes + bytes,
            QuantizedEmbedding embedding => context.Dram.Fetched(4L * context.MostTokens) - (4 * run.Tokens) + FillerOfRows(embedding.Table, context, run),
            _ => bytes,
        };
    }

    private static long FillerOfRows(WeightMatrix table, EmitContext context, RunWork run)
    {
        var layout = context.Matrices.LayoutOf(table);
        return run.Tokens * Enumerable.Range(0, layout.Parts).Select(part => layout.RowBytes(layout.DepthOf(part))).Sum(row => context.Dram.Fetched(row) - row);
    }

    private static IEnumerable<ExcessTraffic> Matrix(WeightMatrix weight, PanelLayout layout)
    {
        var bytes = layout.Bytes + layout.MantissaBytes - layout.RepeatedMantissaBytes;
        yield return new("filler of rows and tiles", ((8 * bytes) - weight.StorageBits) / 8);
        yield return new("mantissas that come with each part of a row", layout.RepeatedMantissaBytes);
    }

    private static IEnumerable<ExcessTraffic> Table(WeightMatrix table, PanelLayout layout, long tokens)
    {
        var repeated = layout.RepeatedMantissaBytes / table.Rows;
        var bits = (8 * ((layout.Bytes / table.Rows) - repeated)) - (table.StorageBits / table.Rows);
        yield return new("filler of the table's rows", tokens * bits / 8);
        yield return new("mantissas that come with each part of a row", tokens * repeated);
    }

    private static long Seen(QuantizedAttention op, long position) => op.Window == 0 ? position : Math.Min(position, op.Window - 1);

    /// <summary>The run's own keys and values never come from memory.</summary>
    private static IEnumerable<ExcessTraffic> CachesBeforeOwn(QuantizedAttention op, AttentionShape shape, RunWork run)
    {
        var seen = run.Positions.Sum(position => Seen(op, position));
        var passes = shape.KeepsScores ? 1 : 2;
        var scales = shape.HeadSlot is null ? 2L : 0;
        var (keys, values) = (shape.Keys.OnChip is null ? 1 : 0, shape.Values.OnChip is null ? 1 : 0);
        yield return new("keys in both passes, as their scores do not fit", keys * (passes - 1) * seen * op.KeyHeads * (shape.Keys.RowBytes + scales));
        yield return new("scales of values in both passes", values * seen * op.KeyHeads * scales);
        yield return new("whole stripes of caches", op.KeyHeads * run.Positions.Sum(position =>
            (passes * shape.FillerOfCodes(shape.Keys, Seen(op, position))) + shape.FillerOfCodes(shape.Values, Seen(op, position))
            + shape.FillerOfScales(shape.Keys, Seen(op, position)) + shape.FillerOfScales(shape.Values, Seen(op, position))));
    }

    private static IEnumerable<ExcessTraffic> CachesWithOwn(QuantizedAttention op, AttentionShape shape, RunWork run)
    {
        var once = run.Tokens + run.Positions.Sum(position => Seen(op, position));
        // Each block of queries fetches what it sees.
        var visible = 0L;
        for (var first = 0L; first < run.TokensOfSequence; first += shape.MostQueries)
        {
            visible += run.Positions.Sum(position => Math.Min(shape.MostQueries, run.TokensOfSequence - first) + Seen(op, position + first));
        }

        var (keys, values) = (shape.Keys.OnChip is null ? op.Keys.BitsPerSlot / 8 : 0, shape.Values.OnChip is null ? op.Values.BitsPerSlot / 8 : 0);
        yield return new("the run's own keys and values come back", run.Tokens * (keys + values));
        yield return new("keys and values for each block of queries again", (visible - once) * (keys + values));
        yield return new("keys in both passes, as their scores do not fit", shape.KeepsScores ? 0 : visible * keys);
        yield return new("scales of values in both passes", values == 0 ? 0 : visible * 2 * op.KeyHeads);
    }
}
