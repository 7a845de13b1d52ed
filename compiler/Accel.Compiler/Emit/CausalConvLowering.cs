using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>For each sequence the state's rows and the run's rows behind them; the last rows are the next state.</summary>
internal static class CausalConvLowering
{
    public static void Emit(EmitContext context, QuantizedCausalConv op)
    {
        var stream = context.Stream;
        var (past, channels, type) = (op.State.Rows, op.State.Channels, EmitContext.TypeOf(op.Input));
        var row = (long)channels * type.ByteSize();
        var perSequence = (past + context.MostTokensOfSequence) * row;
        var source = context.Temporary(perSequence * context.MostSequences);
        var place = past > 0 ? context.Place(op.State) : null;
        View Rows(Expression address, Expression count) => View.Matrix(type, address, count, channels);
        View States(Expression address, long stride) => context.IsBatch ? Rows(address, past) with { Planes = context.Tokens, PlaneStride = stride } : Rows(address, past);
        if (place is { OnChip: null })
        {
            stream.Add(new Load(TrafficClass.State, place.Of(context.Sequence), source.Start, place.Parts(context, past * row, perSequence)) { Channel = context.Machine.DataChannel });
        }
        else if (place is not null)
        {
            stream.Add(new Elementwise(LaneFunction.Move, States(place.Of(context.Sequence), place.SequenceStride), 0, States(source.Start, perSequence), 0, 0));
        }

        var taps = context.Constant(context.Dram.Vector(op.Taps));
        var biasBlock = op.Bias is null ? default : context.Constant(context.Dram.Vector(op.Bias));
        var bias = op.Bias is null ? (Operand)0 : View.Row(LaneType.I32, biasBlock.Start, channels);
        var inputs = Rows(source.Start + (past * row), context.Tokens);
        stream.Add(new Elementwise(LaneFunction.Move, context.Lanes(op.Input), 0, context.IsBatch ? inputs with { RowStride = perSequence } : inputs, 0, 0));
        Convolve Convolution() => new(
            Rows((context.Row * perSequence) + source.Start, context.TokensOfSequence + past),
            View.Matrix(LaneType.I16, taps.Start, channels, op.Width),
            bias,
            context.LanesOfSequence(op.Output),
            op.Width,
            op.OutputShift,
            op.Output.Format.Limit);
        if (context.IsBatch)
        {
            Block[] constants = op.Bias is null ? [taps] : [taps, biasBlock];
            context.EachSequenceOnHub([source, .. constants], [context.Place(op.Output).Data], () => stream.AddRaw(Convolution()));
        }
        else
        {
            stream.Add(Convolution());
        }

        var last = (context.TokensOfSequence * row) + source.Start;
        if (place is { OnChip: null })
        {
            stream.Add(new Store(TrafficClass.State, place.Of(context.Sequence), last, place.Parts(context, past * row, perSequence)) { Channel = context.Machine.DataChannel });
        }
        else if (place is not null)
        {
            stream.Add(new Elementwise(LaneFunction.Move, States(last, perSequence), 0, States(place.Of(context.Sequence), place.SequenceStride), 0, 0));
        }
    }
}
