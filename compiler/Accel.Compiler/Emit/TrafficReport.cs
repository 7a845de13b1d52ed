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
            var causes = Activations(op, i, context, moved).Concat(Causes(op, i, context, run)).Where(cause => cause.Bytes != 0);
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
        QuantizedAttention attention => Caches(attention, context.Attentions[index], run),
        _ => [],
    };

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

    private static IEnumerable<ExcessTraffic> Caches(QuantizedAttention op, AttentionShape shape, RunWork run)
    {
        long Seen(long position) => op.Window == 0 ? position : Math.Min(position, op.Window - 1);
        var once = run.Tokens + run.Positions.Sum(Seen);
        // Each block of queries fetches what it sees.
        var visible = 0L;
        for (var first = 0L; first < run.TokensOfSequence; first += shape.MostQueries)
        {
            visible += run.Positions.Sum(position => Math.Min(shape.MostQueries, run.TokensOfSequence - first) + Seen(position + first));
        }

        var (keys, values) = (shape.Keys.OnChip is null ? op.Keys.BitsPerSlot / 8 : 0, shape.Values.OnChip is null ? op.Values.BitsPerSlot / 8 : 0);
        yield return new("the run's own keys and values come back", run.Tokens * (keys + values));
        yield return new("keys and values for each block of queries again", (visible - once) * (keys + values));
        yield return new("keys in both passes, as their scores do not fit", shape.KeepsScores ? 0 : visible * keys);
        yield return new("scales of values in both passes", values == 0 ? 0 : visible * 2 * op.KeyHeads);
    }
}
