using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Decays and gated inputs of all tokens at once, then one scan along the tokens.</summary>
internal static class RgLruLowering
{
    public static void Emit(EmitContext context, QuantizedRgLru op)
    {
        var (stream, width) = (context.Stream, op.Input.Width);
        var copy = context.Place(op.State).Open(context, 4L * width);
        var decayRow = View.Row(LaneType.I16, context.Constant(context.Dram.Vector(op.Decay)).Start, width);

        Block Block(LaneType type) => context.Temporary((long)context.MostTokens * width * type.ByteSize());
        View Lanes(LaneType type, Block block) => View.Matrix(type, block.Start, context.Tokens, width);
        var distance = Lanes(LaneType.I64, Block(LaneType.I64));
        stream.Add(new Elementwise(LaneFunction.Multiply, context.Lanes(op.RecurrentGate), decayRow, distance, op.DecayShift, 0));
        stream.Add(new Elementwise(LaneFunction.Maximum, distance, 0, distance, 0, 0));
        var (decayBlock, gateBlock, gatedBlock) = (Block(LaneType.I32), Block(LaneType.I32), Block(LaneType.I32));
        var decay = Lanes(LaneType.I32, decayBlock);
        stream.Add(Exponential(distance, decay));

        // m = sqrt(1 - a^2), with 30 fraction bits.
        stream.Add(new Elementwise(LaneFunction.Move, distance, 0, distance, -1, 0));
        var gate = Lanes(LaneType.I32, gateBlock);
        stream.Add(Exponential(distance, gate));
        stream.Add(new Elementwise(LaneFunction.Subtract, 1L << Exp2.Fraction, gate, gate, 0, 0));
        stream.Add(new Apply(Isa.Commands.UnaryFunction.SquareRoot, gate, gate));
        if (!context.IsBatch)
        {
            FirstToken(context, gate);
        }

        var gated = Lanes(LaneType.I32, gatedBlock);
        stream.Add(new Elementwise(LaneFunction.Multiply, context.Lanes(op.Input), context.Lanes(op.InputGate), gated, op.GatedShift, int.MaxValue));
        Scan Recurrence() => new(
            ScanForm.Gated, context.OfSequence(decay), context.OfSequence(gate), context.OfSequence(gated),
            View.Row(LaneType.I32, (context.Row * copy.Stride) + copy.Address, width), context.LanesOfSequence(op.Output), Exp2.Fraction, op.OutputShift, op.Output.Format.Limit);
        if (context.IsBatch)
        {
            context.EachSequenceOnHub([decayBlock, gatedBlock], [gateBlock, copy.Block, context.Place(op.Output).Data], () =>
            {
                FirstToken(context, gate);
                stream.AddRaw(Recurrence());
            });
        }
        else
        {
            stream.Add(Recurrence());
        }

        copy.Close(context);
    }

    private static Apply Exponential(View distance, View result) => new(Isa.Commands.UnaryFunction.Exp2Negative, distance, result)
    {
        ArgumentFraction = QuantizedRgLru.DecayFraction,
        ResultFraction = Exp2.Fraction,
    };

    /// <summary>At position 0 the state is zero and the input enters whole: the first gate is one.</summary>
    private static void FirstToken(EmitContext context, View gate)
    {
        var (stream, mark) = (context.Stream, context.Stream.RegisterMark);
        var isFirst = stream.NewRegister();
        stream.Set(isFirst, SetFunction.Minimum, context.Position, 1);
        stream.Set(isFirst, SetFunction.Add, isFirst * -1, 1);
        // On the vector unit between two of its own commands on the same block: order is given.
        stream.Loop(isFirst, _ => stream.AddRaw(new Elementwise(LaneFunction.Move, 1L << Exp2.Fraction, 0, context.OfSequence(gate) with { Rows = 1 }, 0, 0)));
        stream.ReleaseRegisters(mark);
    }
}
