using Accel.Compiler.Quantization.Ops;
using Accel.Isa.Commands;

namespace Accel.Compiler.Emit;

/// <summary>Products, lane by lane.</summary>
internal static class MultiplyLowering
{
    public static void Emit(EmitContext context, QuantizedMultiply op) => context.Stream.Add(new Elementwise(
        LaneFunction.Multiply, context.Lanes(op.Left), context.Lanes(op.Right), context.Lanes(op.Output), op.OutputShift, op.Output.Format.Limit));
}
