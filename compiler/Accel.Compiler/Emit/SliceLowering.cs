using Accel.Compiler.Quantization.Ops;
using Accel.Isa.Commands;

namespace Accel.Compiler.Emit;

/// <summary>Part of each row, in another format.</summary>
internal static class SliceLowering
{
    public static void Emit(EmitContext context, QuantizedSlice op)
    {
        var input = context.Lanes(op.Input);
        var part = input with { Address = input.Address + ((long)op.Start * EmitContext.ElementBytes(op.Input)), Columns = op.Output.Width };
        context.Stream.Add(new Elementwise(LaneFunction.Move, part, 0, context.Lanes(op.Output), op.OutputShift, op.Output.Format.Limit));
    }
}
