using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Compiler.Tiling;
using Accel.Graph.Ops;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// Rotation by the rows of the table that belong to the run's positions. They are the same in every layer: fetched once, they stay. Those
/// of one sequence come with all that lie in the same stripes of the memory.
/// </summary>
internal static class RopeLowering
{
    /// <summary>Rows stay where they take no more than one part in so many of the scratchpad.</summary>
    private const int KeptShare = 16;

    public static void Emit(EmitContext context, QuantizedRope op)
    {
        var (stream, row, rows) = (context.Stream, RowBytes(op), RowsOfStripe(context, op));
        var mark = stream.RegisterMark;
        Register before = default;
        if (rows > 0)
        {
            stream.Set(before = stream.NewRegister(), SetFunction.Modulo, context.Position, rows);
        }

        var bytes = rows > 0 ? (context.MostTokens + rows + rows - 2) / rows * context.Machine.Stripe : row * context.MostTokens;
        void Fetch(Block block) => FetchInto(block, context, op, rows, before);
        Block block;
        if (bytes <= context.Machine.Shape.ScratchpadBytes / KeptShare)
        {
            block = context.UntilEnd.Once(op.Rotation, context.CurrentOp, bytes, Fetch);
        }
        else
        {
            Fetch(block = context.Temporary(bytes));
        }

        var table = rows > 0 ? (before * row) + block.Start : block.Start;
        var pairs = op.Rotation.Frequencies.Length;
        var cosines = new View(LaneType.I16, table, pairs) { Rows = context.Tokens, RowStride = row };
        stream.Add(new Rotate(
            context.Lanes(op.Input),
            context.Lanes(op.Output),
            cosines,
            cosines with { Address = table + (2L * pairs) },
            op.HeadWidth,
            pairs,
            op.Rotation.Layout == RopeLayout.Half ? RotationLayout.Half : RotationLayout.Interleaved,
            QuantizedRope.RomFraction,
            op.Output.Format.Limit));
        stream.ReleaseRegisters(mark);
    }

    /// <summary>Bytes of the table for a position.</summary>
    public static long RowBytes(QuantizedRope op) => 4L * op.Rotation.Frequencies.Length;

    /// <summary>Bytes that a run fetches for an op.</summary>
    /// <param name="index">Of the op.</param>
    public static long BytesOf(EmitContext context, QuantizedRope op, int index, RunWork run) => !context.UntilEnd.IsFetchedBy(index, op.Rotation) ? 0
        : RowsOfStripe(context, op) is > 0 and var rows
            ? run.Positions.Sum(position => ((position % rows) + run.TokensOfSequence + rows - 1) / rows) * context.Machine.Stripe
            : RowBytes(op) * run.Tokens;

    /// <summary>0 where rows are fetched one by one.</summary>
    private static int RowsOfStripe(EmitContext context, QuantizedRope op) =>
        !context.IsBatch && context.Dram.Unit % RowBytes(op) == 0 ? (int)(context.Dram.Unit / RowBytes(op)) : 0;

    /// <param name="rows">Of a stripe, if whole ones are fetched.</param>
    /// <param name="before">Rows of the first one that the run does not want.</param>
    private static void FetchInto(Block table, EmitContext context, QuantizedRope op, int rows, Register before)
    {
        var (stream, row, segment) = (context.Stream, RowBytes(op), context.Dram.Rotation(op, context.Options.ContextLength).Start);
        void Add(Expression from, Expression to, Expression bytes) =>
            stream.AddRaw(new Load(TrafficClass.Weights, from + segment, to + table.Start, new Box(bytes)) { Channel = context.Machine.DataChannel });
        stream.Acquire(context.Machine.DataDma, [], [table]);
        if (rows > 0)
        {
            var stripes = stream.NewRegister();
            stream.Set(stripes, SetFunction.CeilingDivide, before + context.Tokens, rows);
            Add((context.Position * row) + (before * -row), 0, stripes * context.Machine.Stripe);
        }
        else
        {
            context.EachSequence(() => Add(context.Position * row, context.Row * row, context.TokensOfSequence * row));
        }

        stream.Release(context.Machine.DataDma, [], [table]);
    }
}
