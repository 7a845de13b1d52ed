using Accel.Hardware;
using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Units;

/// <summary>
/// A matmul array: products follow each other in one pipeline, the read-out has a port of its own. A product and a read-out overlap unless
/// they share sums, or one writes scratchpad that the other touches.
/// </summary>
internal sealed class ArrayTimedUnit(UnitId id, int depth, MatMulArrayConfig config, ScratchpadShares shares, bool isIdeal) : TimedUnit(id, depth)
{
    private readonly PassPipeline _passes = new(config, shares);
    private long _readOutFree;

    public override long EarliestStart(Command command, ReadOnlySpan<long> registers)
    {
        if (command is Synchronize)
        {
            return 0;
        }

        var touched = ArrayFootprints.Of(command, registers);
        var earliest = command is MatMul ? (isIdeal ? 0 : _passes.EarliestLoad) : _readOutFree;
        foreach (var flight in Flights)
        {
            if (flight.Command is not Synchronize && touched.Meets(flight.Touched))
            {
                earliest = Math.Max(earliest, flight.WorkEnd);
            }
        }

        return earliest;
    }

    public override void Start(Flight flight, ReadOnlySpan<long> registers)
    {
        flight.WorkEnd = flight.Start + 1;
        if (flight.Command is Synchronize)
        {
            return;
        }

        flight.Touched = ArrayFootprints.Of(flight.Command, registers);
        if (flight.Command is Drain drain)
        {
            flight.WorkEnd = flight.Start + (isIdeal ? 1 : ReadOut.Cycles(drain, registers, config, shares));
            // The port is free for the next read-out when the last row has left; what follows is the depth of the scaling.
            _readOutFree = isIdeal ? 0 : flight.WorkEnd - ReadOut.Latency;
            return;
        }

        var shape = ProductShape.Of((MatMul)flight.Command, registers);
        if (!isIdeal && !shape.IsEmpty)
        {
            flight.WorkEnd = _passes.Run(shape, flight.Start);
        }
    }
}
