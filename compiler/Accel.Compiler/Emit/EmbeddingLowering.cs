using Accel.Compiler.Quantization.Ops;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Tokens of the run, a row of the table for each, lanes.</summary>
internal static class EmbeddingLowering
{
    public static void Emit(EmitContext context, QuantizedEmbedding op)
    {
        var (stream, channel, tokens) = (context.Stream, context.Machine.DataChannel, context.Tokens);
        var input = context.Dram.Buffer("tokens", SegmentKind.Input, 4L * context.RingTokens);
        var ids = context.Temporary(4L * context.MostTokens);
        stream.Add(new Load(TrafficClass.Input, input.Start, ids.Start, new Box(tokens * 4)) { Channel = channel });

        var record = new WeightRecord(op.Table, context.Machine);
        var rows = context.Temporary(record.Stride * context.MostTokens);
        stream.Add(new Gather(
            TrafficClass.Weights, context.Dram.Matrix(op.Table).Start, op.Table.Rows, record.Stride, record.Stride,
            View.Scalars(LaneType.I32, ids.Start, tokens), rows.Start, record.Stride) { Channel = channel });
        stream.Add(new Dequantize(
            new CodeMatrix(record.Format, rows.Start, record.Stride),
            new Mantissas(rows.Start + record.MantissaOffset, record.Stride, op.Table.GroupSize),
            context.Lanes(op.Output),
            op.OutputShift,
            op.Output.Format.Limit));
    }
}
