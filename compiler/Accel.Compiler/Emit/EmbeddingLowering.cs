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
        var input = context.Dram.Buffer("tokens", SegmentKind.Input, 4L * context.BufferTokens);
        var ids = context.Temporary(4L * context.MostTokens);
        stream.Add(new Load(TrafficClass.Input, input.Start, ids.Start, new Box(tokens * 4)) { Channel = channel });

        var layout = context.Matrices.LayoutOf(op.Table);
        var table = context.Dram.Matrix(op.Table, layout).Start;
        var lanes = context.Lanes(op.Output);
        for (var part = 0; part < layout.Parts; part++)
        {
            var depth = layout.DepthOf(part);
            var stride = layout.RowBytes(depth);
            var rows = context.Temporary(stride * context.MostTokens);
            stream.Add(new Gather(
                TrafficClass.Weights, table + layout.PanelStart(part), op.Table.Rows, stride, stride,
                View.Scalars(LaneType.I32, ids.Start, tokens), rows.Start, stride) { Channel = channel });
            stream.Add(new Dequantize(
                new CodeMatrix(layout.Format, rows.Start, stride),
                new Mantissas(rows.Start + layout.MantissaOffset(depth), stride, Math.Min(op.Table.GroupSize, depth)),
                lanes with { Address = lanes.Address + ((long)part * layout.Depth * EmitContext.ElementBytes(op.Output)), Columns = depth },
                op.OutputShift,
                op.Output.Format.Limit));
        }
    }
}
