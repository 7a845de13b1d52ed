using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Emit;

/// <summary>
/// Mamba's recurrence: channels are independent, so each vector unit has its own, and as many at once as a quarter of the scratchpad holds;
/// each goes through all tokens of the run before the next are taken up.
/// </summary>
internal static class SelectiveScanLowering
{
    private const int ScratchpadShare = 4;

    public static void Emit(EmitContext context, QuantizedSelectiveScan op)
    {
        var (channels, units) = (op.Input.Width, Math.Min(context.VectorUnits, op.Input.Width));
        var room = context.Machine.Shape.ScratchpadBytes / ScratchpadShare / ((long)units * op.StateSize * (ScanLane.BytesPerElement + (4 * (context.MostSequences - 1))));
        var share = (int)Math.Clamp(room, 1, (channels + units - 1) / units);
        var skipWeights = context.Constant(context.Dram.Vector(op.Skip));
        var lanes = Enumerable.Range(0, units).Select(unit => new ScanLane(context, op, unit, share, skipWeights)).ToArray();
        for (var start = 0; start < channels; start += units * share)
        {
            var busy = Math.Min(units, (channels - start + share - 1) / share);
            for (var lane = 0; lane < busy; lane++)
            {
                var first = start + (lane * share);
                lanes[lane].Begin(first, Math.Min(share, channels - first));
            }

            context.Stream.Loop(context.Tokens, token =>
            {
                for (var lane = 0; lane < busy; lane++)
                {
                    lanes[lane].Step(token);
                }
            });
            for (var lane = 0; lane < busy; lane++)
            {
                lanes[lane].End();
            }
        }
    }
}
