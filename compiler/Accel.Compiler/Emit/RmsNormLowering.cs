using Accel.Compiler.Quantization.Ops;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Norms of runs of lanes, as lanes: one command where all runs share the weight, else one for each run of a token.</summary>
internal static class RmsNormLowering
{
    public static void Emit(EmitContext context, QuantizedRmsNorm op)
    {
        var constants = RowsLowering.Constants(context, op.Norm);
        var runs = op.Input.Width / op.RunLength;
        var perRun = op.Norm.Weight!.Length > op.RunLength;
        for (var run = 0; run < (perRun ? runs : 1); run++)
        {
            var weight = constants.Weight! with { Address = constants.Weight!.Address + (2L * run * op.RunLength), Columns = op.RunLength };
            context.Stream.Add(new NormalizeRows(
                Runs(context, op.Input, op.RunLength, run, perRun ? 1 : runs),
                Runs(context, op.Output, op.RunLength, run, perRun ? 1 : runs),
                constants with { Weight = weight },
                op.OutputShift,
                op.Output.Format.Limit));
        }
    }

    private static View Runs(EmitContext context, Quantization.LaneValue value, int length, int first, int count)
    {
        var type = EmitContext.TypeOf(value);
        var run = (long)length * type.ByteSize();
        return new View(type, context.Place(value).Data.Start + (first * run), length)
        {
            Planes = context.Tokens,
            PlaneStride = (long)value.Width * type.ByteSize(),
            Rows = count,
            RowStride = run,
        };
    }
}
