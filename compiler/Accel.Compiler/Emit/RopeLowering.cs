using Accel.Compiler.Quantization.Ops;
using Accel.Graph.Ops;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Rotation by the rows of the table that belong to the run's positions.</summary>
internal static class RopeLowering
{
    public static void Emit(EmitContext context, QuantizedRope op)
    {
        var pairs = op.Rotation.Frequencies.Length;
        var row = 4L * pairs;
        var segment = context.Dram.Rotation(op, context.Options.ContextLength);
        var table = context.Temporary(row * context.MostTokens);
        Load Rows() => new(
            TrafficClass.Weights, (context.Position * row) + segment.Start, (context.Row * row) + table.Start, new Box(context.TokensOfSequence * row))
        {
            Channel = context.Machine.DataChannel,
        };
        if (context.IsBatch)
        {
            context.Stream.Acquire(context.Machine.DataDma, [], [table]);
            context.EachSequence(() => context.Stream.AddRaw(Rows()));
            context.Stream.Release(context.Machine.DataDma, [], [table]);
        }
        else
        {
            context.Stream.Add(Rows());
        }

        var cosines = new View(LaneType.I16, table.Start, pairs) { Rows = context.Tokens, RowStride = row };
        context.Stream.Add(new Rotate(
            context.Lanes(op.Input),
            context.Lanes(op.Output),
            cosines,
            cosines with { Address = table.Start + (2L * pairs) },
            op.HeadWidth,
            pairs,
            op.Rotation.Layout == RopeLayout.Half ? RotationLayout.Half : RotationLayout.Interleaved,
            QuantizedRope.RomFraction,
            op.Output.Format.Limit));
    }
}
