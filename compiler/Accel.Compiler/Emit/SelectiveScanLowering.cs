using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// Mamba's recurrence, token after token: a token's states are <c>[channels, N]</c> lanes, too many to hold for a whole run. All is
/// done by one vector unit, in its order.
/// </summary>
internal static class SelectiveScanLowering
{
    public static void Emit(EmitContext context, QuantizedSelectiveScan op)
    {
        var stream = context.Stream;
        var (channels, states) = (op.Input.Width, op.StateSize);
        var elements = (long)channels * states;
        var state = context.Place(op.State).Open(context, 4 * elements);
        var decayBlock = context.Constant(context.Dram.Vector(op.Decay));
        var skipBlock = context.Constant(context.Dram.Vector(op.Skip));
        var (wide, decay, input, step) = (context.Temporary(8 * elements), context.Temporary(4 * elements), context.Temporary(8 * elements), context.Temporary(4L * channels));
        var (sum, skip) = (context.Temporary(8L * channels), context.Temporary(8L * channels));
        Scheduling.Block[] reads =
        [
            context.Place(op.Input).Data, context.Place(op.Step).Data, context.Place(op.B).Data, context.Place(op.C).Data, decayBlock, skipBlock,
        ];
        Scheduling.Block[] writes = [state.Block, wide, decay, input, step, sum, skip, context.Place(op.Output).Data];
        stream.Acquire(Scheduling.Machine.Vector, reads, writes);
        stream.Loop(context.Tokens, token =>
        {
            // [channels, N] lanes of one token; operands of one number per channel or per state repeat along the other axis.
            View Grid(LaneType type, Expression address) => new(type, address, states) { Rows = channels, RowStride = (long)states * type.ByteSize() };
            View Token(Quantization.LaneValue value, bool alongColumns)
            {
                var (type, size) = (EmitContext.TypeOf(value), EmitContext.ElementBytes(value));
                var address = (token * ((long)value.Width * size)) + context.Place(value).Data.Start;
                return alongColumns
                    ? new View(type, address, states) { Rows = channels }
                    : new View(type, address, states) { Rows = channels, RowStride = size, ColumnStride = 0 };
            }

            View Channels(Quantization.LaneValue value) => View.Scalars(EmitContext.TypeOf(value), (token * ((long)value.Width * EmitContext.ElementBytes(value))) + context.Place(value).Data.Start, channels);

            stream.AddRaw(new Elementwise(
                LaneFunction.Multiply, Token(op.Step, false), Grid(LaneType.I16, decayBlock.Start), Grid(LaneType.I64, wide.Start), op.DecayShift, 0));
            stream.AddRaw(new Elementwise(LaneFunction.Maximum, Grid(LaneType.I64, wide.Start), 0, Grid(LaneType.I64, wide.Start), 0, 0));
            stream.AddRaw(new Apply(Isa.Commands.UnaryFunction.Exp2Negative, Grid(LaneType.I64, wide.Start), Grid(LaneType.I32, decay.Start))
            {
                ArgumentFraction = QuantizedRgLru.DecayFraction,
                ResultFraction = Exp2.Fraction,
            });
            stream.AddRaw(new Elementwise(
                LaneFunction.Multiply, Channels(op.Step), Channels(op.Input), View.Scalars(LaneType.I32, step.Start, channels), op.StepShift, int.MaxValue));
            var steps = new View(LaneType.I32, step.Start, states) { Rows = channels, RowStride = 4, ColumnStride = 0 };
            stream.AddRaw(new Elementwise(LaneFunction.Multiply, steps, Token(op.B, true), Grid(LaneType.I64, input.Start), op.InputShift, 0));

            View Flat(LaneType type, Expression address) => View.Row(type, address, elements);
            stream.AddRaw(new Scan(
                ScanForm.Added, Flat(LaneType.I32, decay.Start), 0, Flat(LaneType.I64, input.Start), Flat(LaneType.I32, state.Address),
                Flat(LaneType.I32, decay.Start), Exp2.Fraction, 0, int.MaxValue));

            stream.AddRaw(new Elementwise(
                LaneFunction.Multiply, Grid(LaneType.I32, state.Address), Token(op.C, true), Grid(LaneType.I64, wide.Start), 0, 0));
            stream.AddRaw(new Reduce(ReduceFunction.Sum, Grid(LaneType.I64, wide.Start), View.Scalars(LaneType.I64, sum.Start, channels), false));
            stream.AddRaw(new Elementwise(
                LaneFunction.Multiply, Channels(op.Input), View.Scalars(LaneType.I16, skipBlock.Start, channels), View.Scalars(LaneType.I64, skip.Start, channels), op.SkipShift, 0));
            stream.AddRaw(new Elementwise(
                LaneFunction.Move, View.Scalars(LaneType.I64, sum.Start, channels), 0, Channels(op.Output), op.OutputShift, op.Output.Format.Limit)
            {
                Addend = View.Scalars(LaneType.I64, skip.Start, channels),
            });
        });
        stream.Release(Scheduling.Machine.Vector, reads, writes);
        state.Close(context);
    }
}
