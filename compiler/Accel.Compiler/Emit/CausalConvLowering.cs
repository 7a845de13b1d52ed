using Accel.Compiler.Quantization.Ops;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>The state's rows and the run's rows behind them in one block; the last rows are the next state.</summary>
internal static class CausalConvLowering
{
    public static void Emit(EmitContext context, QuantizedCausalConv op)
    {
        var (stream, channel) = (context.Stream, context.Machine.DataChannel);
        var (past, channels, type) = (op.State.Rows, op.State.Channels, EmitContext.TypeOf(op.Input));
        var row = (long)channels * type.ByteSize();
        var source = context.Input(op, past, row);
        var taps = context.Constant(context.Dram.Vector(op.Taps));
        var bias = op.Bias is null ? (Operand)0 : View.Row(LaneType.I32, context.Constant(context.Dram.Vector(op.Bias)).Start, channels);
        stream.Add(new Elementwise(
            LaneFunction.Move, context.Lanes(op.Input), 0, View.Matrix(type, source.Start + (past * row), context.Tokens, channels), 0, 0));
        stream.Add(new Convolve(
            View.Matrix(type, source.Start, context.Tokens + past, channels),
            View.Matrix(LaneType.I16, taps.Start, channels, op.Width),
            bias,
            context.Lanes(op.Output),
            op.Width,
            op.OutputShift,
            op.Output.Format.Limit));
        if (past > 0)
        {
            var segment = context.Dram.State(op.State.Name, SegmentKind.State, past * row);
            stream.Add(new Store(
                TrafficClass.State, context.StateAddress(segment, 0), (context.Tokens * row) + source.Start, new Box(past * row)) { Channel = channel });
        }
    }

    /// <summary>A block for past and present rows, the past ones loaded.</summary>
    private static Scheduling.Block Input(this EmitContext context, QuantizedCausalConv op, int past, long row)
    {
        var block = context.Temporary((past + context.MostTokens) * row);
        if (past > 0)
        {
            var segment = context.Dram.State(op.State.Name, SegmentKind.State, past * row);
            context.Stream.Add(new Load(
                TrafficClass.State, context.StateAddress(segment, 0), block.Start, new Box(past * row)) { Channel = context.Machine.DataChannel });
        }

        return block;
    }
}
