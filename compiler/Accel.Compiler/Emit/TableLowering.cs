using Accel.Compiler.Quantization.Ops;
using Accel.Isa.Commands;

namespace Accel.Compiler.Emit;

/// <summary>Functions by table.</summary>
internal static class TableLowering
{
    public static void Emit(EmitContext context, QuantizedTable op)
    {
        var table = context.Constant(context.Dram.Table(op.Table, op.Function));
        context.Stream.Add(new Lookup(
            context.Lanes(op.Input),
            context.Lanes(op.Output),
            table.Start,
            op.Table.Segments,
            op.Table.SegmentShift,
            op.Table.Low,
            op.Use switch
            {
                Quantization.Ops.TableUse.Value => Isa.Commands.TableUse.Value,
                Quantization.Ops.TableUse.Gate => Isa.Commands.TableUse.Gate,
                _ => Isa.Commands.TableUse.Remainder,
            },
            op.Use == Quantization.Ops.TableUse.Remainder ? op.ArgumentShift : 0,
            op.OutputShift,
            op.Output.Format.Limit));
    }
}
