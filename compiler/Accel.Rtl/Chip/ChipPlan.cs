using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Chip;

/// <summary>A step of the sequencer and what its units are told.</summary>
/// <param name="Task">Of the unit that says when it is done.</param>
/// <param name="Companions">Of units that work beside it.</param>
internal sealed record PlannedStep(string Name, QuantizedValue? Value, object Task, params IReadOnlyList<object> Companions);

/// <summary>The steps of a token: each op of the graph as one or more tasks with addresses.</summary>
internal static class ChipPlan
{
    /// <exception cref="InputException">An op without a block; it is named.</exception>
    public static IReadOnlyList<PlannedStep> Of(QuantizedGraph graph, BufferPlan buffers, StatePlan states) =>
    [
        .. graph.Ops.SelectMany(op => Steps(graph, op, buffers, states)),
        new("next_token", null, QuantizedSampling.Of(graph)),
    ];

    /// <summary>Every op of the integer model, one entry each.</summary>
    private static IEnumerable<PlannedStep> Steps(QuantizedGraph graph, QuantizedOp op, BufferPlan at, StatePlan states)
    {
        var name = Identifier.From(op.Result.Name);
        switch (op)
        {
            case QuantizedEmbedding:
                return [new(name, op.Result, op)];
            case QuantizedAdd add:
                return [new(name, op.Result, new ElementwiseTask<QuantizedAdd>(add, at[add.Left], at[add.Right], at[add.Output]))];
            case QuantizedMultiply product:
                return [new(name, op.Result, new ElementwiseTask<QuantizedMultiply>(product, at[product.Left], at[product.Right], at[product.Output]))];
            case QuantizedSlice slice:
                return [new(name, op.Result, new ElementwiseTask<QuantizedSlice>(slice, at[slice.Input], 0, at[slice.Output]))];
            case QuantizedTable table:
                return [new(name, op.Result, new ElementwiseTask<QuantizedTable>(table, at[table.Input], 0, at[table.Output]))];
            case QuantizedRope rope:
                return [new(name, op.Result, new RotationTask(rope, at[rope.Input], at[rope.Output]))];
            case QuantizedCausalConv conv:
                return [new(name, op.Result, new ConvolutionTask(conv, at[conv.Input], at[conv.Output], states[conv.State]))];
            case QuantizedRgLru lru:
                return [new(name, op.Result, new RecurrenceTask(lru, at[lru.Input], at[lru.InputGate], at[lru.RecurrentGate], at[lru.Output], states[lru.State]))];
            case QuantizedRmsNorm norm:
                return [new(name, op.Result, new RunNormTask(norm, at[norm.Input], at[norm.Output]))];
            case QuantizeRows rows:
                return
                [
                    new(
                        name,
                        op.Result,
                        new RowTask(rows.Output.Name, at[rows.Input], rows.Input.Width, 1, rows.Norm, rows.Output.CodeBits, rows.ScaleMantissa, rows.ScaleShift, RowTarget.Matrices),
                        new CodeTask(at[rows.Output], at.Scale(rows.Output))),
                ];
            case QuantizedLinear linear:
                return [new(name, op.Result, new RequantiseTask(linear, at[linear.Output], at.Scale(linear.Input)), new MatrixTask(linear, at[linear.Input]))];
            case QuantizedAttention attention:
                var (cache, slots) = (states[attention.Keys], states.Slots(attention));
                PlannedStep Code(string part, LaneValue value, int heads, int width, int bits, RowTarget target) =>
                    new($"{name}_{part}", null, new RowTask(value.Name, at[value], width, heads, null, bits, 1, 0, target), new CacheTask(target, cache, slots));
                return
                [
                    Code("keys", attention.Key, attention.KeyHeads, attention.HeadWidth, attention.Keys.CodeBits, RowTarget.Keys),
                    Code("values", attention.Value, attention.KeyHeads, attention.ValueWidth, attention.Values.CodeBits, RowTarget.Values),
                    Code("queries", attention.Query, attention.Heads, attention.HeadWidth, attention.QueryBits, RowTarget.Query),
                    new(name, op.Result, new AttentionTask(attention, at[attention.Output], cache, slots)),
                ];
            default:
                throw new InputException(graph.Name, op.Result.Name, "an op that a chip has a block for", op.Mnemonic);
        }
    }
}
