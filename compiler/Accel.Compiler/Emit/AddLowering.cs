using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Sums and differences. Operands come to one fraction by shifts to the left; a shift to the right rounds in a command of its own.</summary>
internal static class AddLowering
{
    public static void Emit(EmitContext context, QuantizedAdd op)
    {
        var left = Aligned(context, op.Left, op.LeftShift);
        var right = Aligned(context, op.Right, op.RightShift);
        context.Stream.Add(new Elementwise(
            op.Sign > 0 ? LaneFunction.Add : LaneFunction.Subtract, left, right, context.Lanes(op.Output), op.OutputShift, op.Output.Format.Limit)
        {
            LeftShift = Math.Max(0, -op.LeftShift),
            RightShift = Math.Max(0, -op.RightShift),
        });
    }

    private static View Aligned(EmitContext context, LaneValue value, int shift)
    {
        if (shift <= 0)
        {
            return context.Lanes(value);
        }

        var block = context.Temporary(8L * context.MostTokens * value.Width);
        var view = View.Matrix(LaneType.I64, block.Start, context.Tokens, value.Width);
        context.Stream.Add(new Elementwise(LaneFunction.Move, context.Lanes(value), 0, view, shift, 0));
        return view;
    }
}
