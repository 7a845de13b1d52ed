using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A vector unit: one command at a time.</summary>
internal sealed class StampedVector(UnitId id, int depth, VectorTiming timing, bool isIdeal) : StampedUnit(id, depth)
{
    private long _free;

    public override int UnderWay => 0;

    public override long EarliestStart(Command command, ReadOnlySpan<long> registers, long from) => command is Synchronize ? from : Math.Max(from, _free);

    protected override long Begin(in StampedCommand command, ReadOnlySpan<long> registers)
    {
        if (command.Command is not VectorCommand vector)
        {
            return command.Start + 1;
        }

        _free = command.Start + (isIdeal ? 1 : timing.Cycles(vector, registers));
        return _free;
    }
}
