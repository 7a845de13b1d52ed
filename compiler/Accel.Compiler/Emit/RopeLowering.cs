using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
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
            before = stream.NewRegister();
            if (context.MostTokens == 1)
            {
                // Positions 1 to n, n + 1 to 2 n and so on: other rows are fetched when caches have grown by a stripe, and only then.
                var period = Period(context.Plan, context.Dram, op);
                stream.Set(before, SetFunction.Maximum, (Expression)context.Position - 1, 0);
                stream.Set(before, SetFunction.Modulo, before, period);
                stream.Set(before, SetFunction.Minimum, (Expression)before + 1, context.Position);
            }
            else
            {
                stream.Set(before, SetFunction.Modulo, context.Position, rows);
            }
        }

        var bytes = rows > 0 ? Stripes(context, op, rows) * context.Machine.Stripe : row * context.MostTokens;
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

    /// <summary>Rows of the table: of all positions, and those that are fetched with the last.</summary>
    public static int TableRows(ModelPlan plan, DramLayout dram, QuantizedRope op, int positions) =>
        positions + (dram.Unit % RowBytes(op) == 0 ? Period(plan, dram, op) : 0);

    /// <summary>Bytes that a run fetches for an op.</summary>
    /// <param name="index">Of the op.</param>
    public static long BytesOf(EmitContext context, QuantizedRope op, int index, RunWork run) => !context.UntilEnd.IsFetchedBy(index, op.Rotation) ? 0
        : RowsOfStripe(context, op) is > 0 and var rows
            ? run.Positions.Sum(position => context.MostTokens == 1 ? Stripes(context, op, rows) : ((position % rows) + run.TokensOfSequence + rows - 1) / rows) * context.Machine.Stripe
            : RowBytes(op) * run.Tokens;

    /// <summary>Positions after which a run of one token fetches other rows: those after which caches have grown by a stripe, if that is whole stripes of rows too.</summary>
    private static int Period(ModelPlan plan, DramLayout dram, QuantizedRope op)
    {
        var (unit, row) = (dram.Unit, RowBytes(op));
        var caches = plan.Ops.SelectMany(op => op.States).OfType<CacheState>();
        var least = caches.Select(cache => (long)cache.Width * cache.CodeBits / 8).DefaultIfEmpty(row).Min();
        return (int)(row % least == 0 ? unit / least : unit / row);
    }

    /// <summary>Stripes that a run fetches, at most.</summary>
    private static int Stripes(EmitContext context, QuantizedRope op, int rows) =>
        ((context.MostTokens == 1 ? Period(context.Plan, context.Dram, op) + 1 : context.MostTokens + rows - 1) + rows - 1) / rows;

    /// <summary>0 where rows are fetched one by one.</summary>
    private static int RowsOfStripe(EmitContext context, QuantizedRope op) =>
        !context.IsBatch && context.Dram.Unit % RowBytes(op) == 0 ? (int)(context.Dram.Unit / RowBytes(op)) : 0;

    /// <param name="rows">Of a stripe, if whole ones are fetched.</param>
    /// <param name="before">Rows of the first one that the run does not want.</param>
    private static void FetchInto(Block table, EmitContext context, QuantizedRope op, int rows, Register before)
    {
        var (stream, row, segment) = (context.Stream, RowBytes(op), context.Dram.Rotation(op, TableRows(context.Plan, context.Dram, op, context.Options.ContextLength)).Start);
        void Add(Expression from, Expression to, Expression bytes) =>
            stream.AddRaw(new Load(TrafficClass.Weights, from + segment, to + table.Start, new Box(bytes)) { Channel = context.Machine.DataChannel });
        stream.Acquire(context.Machine.DataDma, [], [table]);
        if (rows > 0)
        {
            Expression stripes = Stripes(context, op, rows);
            if (context.MostTokens > 1)
            {
                var count = stream.NewRegister();
                stream.Set(count, SetFunction.CeilingDivide, before + context.Tokens, rows);
                stripes = count;
            }

            Add((context.Position * row) + (before * -row), 0, stripes * context.Machine.Stripe);
        }
        else
        {
            context.EachSequence(() => Add(context.Position * row, context.Row * row, context.TokensOfSequence * row));
        }

        stream.Release(context.Machine.DataDma, [], [table]);
    }
}
