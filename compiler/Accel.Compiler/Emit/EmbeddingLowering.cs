using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// Tokens of the run, a row of the table for each, lanes. Weights begin to stream behind the rows: what falls to some channels of the memory
/// only would put these out of step with the others for as long as the stream does not pause.
/// </summary>
internal static class EmbeddingLowering
{
    public static void Emit(EmitContext context, QuantizedEmbedding op)
    {
        var (stream, channel, tokens) = (context.Stream, context.Machine.DataChannel, context.Tokens);
        var input = context.Dram.Buffer("tokens", SegmentKind.Input, context.Dram.Fetched(4L * context.BufferTokens));
        var ids = context.Temporary(context.Dram.Fetched(4L * context.MostTokens));
        stream.Add(new Load(TrafficClass.Input, input.Start, ids.Start, new Box(context.Dram.Unit > 1 ? ids.Length : tokens * 4)) { Channel = channel });

        var layout = context.Matrices.LayoutOf(op.Table);
        var table = context.Dram.Matrix(op.Table, layout).Start;
        var lanes = context.Lanes(op.Output);
        for (var part = 0; part < layout.Parts; part++)
        {
            var depth = layout.DepthOf(part);
            var stride = layout.RowBytes(depth);
            var fetched = context.Dram.Fetched(stride);
            var rows = context.Temporary(fetched * context.MostTokens);
            stream.Add(new Gather(
                TrafficClass.Weights, table + layout.PanelStart(part), op.Table.Rows, fetched, stride,
                View.Scalars(LaneType.I32, ids.Start, tokens), rows.Start, fetched) { Channel = channel });
            stream.Acquire(new(UnitKind.Dma, Machine.WeightChannel), [rows], []);
            stream.Add(new Dequantize(
                new CodeMatrix(layout.Format, rows.Start, fetched),
                new Mantissas(rows.Start + layout.MantissaOffset(depth), fetched, Math.Min(op.Table.GroupSize, depth)),
                lanes with { Address = lanes.Address + ((long)part * layout.Depth * EmitContext.ElementBytes(op.Output)), Columns = depth },
                op.OutputShift,
                op.Output.Format.Limit));
        }
    }
}
