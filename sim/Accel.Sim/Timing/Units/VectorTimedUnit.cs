using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Units;

/// <summary>A vector unit: one command at a time.</summary>
internal sealed class VectorTimedUnit(UnitId id, int depth, VectorTiming timing, bool isIdeal) : TimedUnit(id, depth)
{
    private long _free;

    public override long EarliestStart(Command command, ReadOnlySpan<long> registers) => command is Synchronize ? 0 : _free;

    public override void Start(Flight flight, ReadOnlySpan<long> registers)
    {
        flight.WorkEnd = flight.Start + 1;
        if (flight.Command is VectorCommand command)
        {
            flight.WorkEnd = flight.Start + (isIdeal ? 1 : timing.Cycles(command, registers));
            _free = flight.WorkEnd;
        }
    }
}
