using Accel.Compiler.Quantization.Ops;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Lanes to codes, through a norm if there is one.</summary>
internal static class RowsLowering
{
    public static void Emit(EmitContext context, QuantizeRows op)
    {
        var place = context.Place(op.Output);
        context.Stream.Add(new Isa.Commands.QuantizeRows(
            context.Lanes(op.Input),
            View.Matrix(EmitContext.TypeOf(op.Output), place.Data.Start, context.Tokens, op.Output.Width),
            View.Scalars(LaneType.I32, place.Scale.Start, context.Tokens),
            op.Norm is { } norm ? Constants(context, norm) : null,
            op.ScaleMantissa,
            op.ScaleShift));
    }

    /// <summary>The norm's constants, its weight loaded whole.</summary>
    public static Isa.Commands.NormConstants Constants(EmitContext context, RowNorm norm) => new(
        norm.EpsilonMantissa,
        norm.EpsilonShift,
        norm.GreatestHeadroom,
        norm.Weight is { } weight ? View.Row(LaneType.I16, context.Constant(context.Dram.Vector(weight)).Start, weight.Length) : null);
}
