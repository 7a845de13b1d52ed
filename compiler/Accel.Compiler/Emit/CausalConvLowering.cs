using Accel.Compiler.Quantization.Ops;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>The state's rows and the run's rows behind them in one block; the last rows are the next state.</summary>
internal static class CausalConvLowering
{
    public static void Emit(EmitContext context, QuantizedCausalConv op)
    {
        var stream = context.Stream;
        var (past, channels, type) = (op.State.Rows, op.State.Channels, EmitContext.TypeOf(op.Input));
        var row = (long)channels * type.ByteSize();
        var source = context.Temporary((past + context.MostTokens) * row);
        var place = past > 0 ? context.Place(op.State) : null;
        View Rows(Expression address, Expression count) => View.Matrix(type, address, count, channels);
        if (place is { OnChip: null })
        {
            stream.Add(new Load(TrafficClass.State, place.Address, source.Start, new Box(past * row)) { Channel = context.Machine.DataChannel });
        }
        else if (place is not null)
        {
            stream.Add(new Elementwise(LaneFunction.Move, Rows(place.Address, past), 0, Rows(source.Start, past), 0, 0));
        }

        var taps = context.Constant(context.Dram.Vector(op.Taps));
        var bias = op.Bias is null ? (Operand)0 : View.Row(LaneType.I32, context.Constant(context.Dram.Vector(op.Bias)).Start, channels);
        stream.Add(new Elementwise(
            LaneFunction.Move, context.Lanes(op.Input), 0, Rows(source.Start + (past * row), context.Tokens), 0, 0));
        stream.Add(new Convolve(
            Rows(source.Start, context.Tokens + past),
            View.Matrix(LaneType.I16, taps.Start, channels, op.Width),
            bias,
            context.Lanes(op.Output),
            op.Width,
            op.OutputShift,
            op.Output.Format.Limit));
        var last = (context.Tokens * row) + source.Start;
        if (place is { OnChip: null })
        {
            stream.Add(new Store(TrafficClass.State, place.Address, last, new Box(past * row)) { Channel = context.Machine.DataChannel });
        }
        else if (place is not null)
        {
            stream.Add(new Elementwise(LaneFunction.Move, Rows(last, past), 0, Rows(place.Address, past), 0, 0));
        }
    }
}
