using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// Attention: the run's keys and values join the caches, or stand beside them until the run's end; then for each block of queries and each
/// key head two passes over tiles of the keys that the block sees, the first for the maxima, the second for the sums. As many key heads as there are arrays, vector units and channels are at work at once, each on units
/// of its own, tile by tile in step.
/// </summary>
internal static class AttentionLowering
{
    public static void Emit(EmitContext context, QuantizedAttention op)
    {
        var (stream, mark) = (context.Stream, context.Stream.RegisterMark);
        var shape = new AttentionShape(context, op);
        context.Attentions[context.CurrentOp] = shape;
        Block[] stored = shape.HoldsOwn
            ? [.. shape.Keys.Hold(op.Key), .. shape.Values.Hold(op.Value)]
            : [.. shape.Keys.Append(op.Key), .. shape.Values.Append(op.Value)];
        EncodeQueries(shape);
        var lanes = new AttentionLane[shape.Lanes];
        for (var i = 0; i < lanes.Length; i++)
        {
            lanes[i] = new(shape, i);
        }

        foreach (var lane in lanes)
        {
            lane.Start(stored);
        }

        if (stream.IsTrial && context.Plan.KeepsScores)
        {
            // Rounds take no places.
            foreach (var lane in lanes)
            {
                lane.TakeSemaphores();
            }

            stream.ReleaseRegisters(mark);
            return;
        }

        context.EachSequence(() => context.EachBlock(shape.MostQueries, () =>
        {
            shape.Tiles.Locate(context.Position, shape.HoldsOwn ? 0 : context.TokensOfSequence);
            shape.CountScales();
            stream.Loop(op.KeyHeads / shape.Lanes, round => EmitRound(shape, lanes, round));
        }));
        foreach (var lane in lanes)
        {
            lane.Finish(stored);
        }

        stream.ReleaseRegisters(mark);
    }

    private static void EmitRound(AttentionShape shape, AttentionLane[] lanes, Register round)
    {
        var stream = shape.Context.Stream;
        Expression Head(int lane) => (round * lanes.Length) + lane;
        void Each(Action<AttentionLane, Expression> step)
        {
            for (var i = 0; i < lanes.Length; i++)
            {
                step(lanes[i], Head(i));
            }
        }

        void FirstPass()
        {
            shape.NextSlots(isSecondPass: false);
            Each((lane, head) => lane.FirstPass(head));
        }

        void SecondPass(bool isFirst)
        {
            shape.NextSlots(isSecondPass: true);
            Each((lane, head) => lane.SecondPass(head, isFirst));
        }

        void EachTile(Expression count, Expression before, Action pass) => stream.Loop(count, tile =>
        {
            shape.Tiles.Enter((Expression)tile + before);
            pass();
            shape.Tiles.Leave();
        });

        shape.HeadSlot?.Next();
        Each((lane, head) => lane.BeginHead(head));
        if (shape.HoldsOwn)
        {
            shape.Tiles.EnterOwn();
            FirstPass();
        }

        shape.Tiles.Begin();
        EachTile(shape.Tiles.Count, 0, FirstPass);
        Each((lane, _) => lane.EndFirstPass());
        if (shape.HoldsOwn)
        {
            shape.Tiles.EnterOwn();
            SecondPass(true);
            shape.Tiles.Begin();
            EachTile(shape.Tiles.Count, 0, () => SecondPass(false));
        }
        else
        {
            shape.Tiles.Begin();
            shape.Tiles.Enter(0);
            SecondPass(true);
            shape.Tiles.Leave();
            var mark = stream.RegisterMark;
            var rest = stream.NewRegister();
            stream.Set(rest, SetFunction.Add, shape.Tiles.Count, -1);
            EachTile(rest, 1, () => SecondPass(false));
            stream.ReleaseRegisters(mark);
        }

        Each((lane, head) => lane.EndHead(head));
    }

    /// <summary>Codes per head; the scale takes the score's factor with it.</summary>
    private static void EncodeQueries(AttentionShape shape)
    {
        var (context, op) = (shape.Context, shape.Op);
        View ByHead(LaneType element, long address, int columns, long head) =>
            new(element, address, columns) { Planes = context.Tokens, PlaneStride = op.Heads * head, Rows = op.Heads, RowStride = head };
        context.Stream.Add(new Isa.Commands.QuantizeRows(
            ByHead(EmitContext.TypeOf(op.Query), context.Place(op.Query).Data.Start, op.HeadWidth, (long)op.HeadWidth * EmitContext.ElementBytes(op.Query)),
            ByHead(shape.QueryType, shape.QueryCodes.Start, op.HeadWidth, (long)op.HeadWidth * shape.QueryType.ByteSize()),
            ByHead(LaneType.I32, shape.QueryScales.Start, 1, 4),
            null,
            op.ScoreMantissa,
            0));
    }
}
