using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A vector unit: one command at a time.</summary>
internal sealed class StampedVector(UnitId id, int number, int depth, VectorTiming timing, bool isIdeal) : StampedUnit(id, number, depth)
{
    private long _free;

    public override long EarliestStart(TimedCommand command, ReadOnlySpan<long> registers, long from) => Math.Max(from, _free);

    protected override long Begin(in StampedCommand stamps, ReadOnlySpan<long> registers)
    {
        var command = stamps.Command;
        if (command.Kind == TimedKind.Synchronize)
        {
            return stamps.Start + 1;
        }

        if (!command.Keeps(registers))
        {
            command.Sizes.Cycles = isIdeal ? 1 : timing.Cycles((VectorCommand)command.Command, registers);
        }

        _free = stamps.Start + command.Sizes.Cycles;
        return _free;
    }
}
