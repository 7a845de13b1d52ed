using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A vector unit: one command at a time.</summary>
internal sealed class StampedVector(UnitId id, int number, int depth, VectorTiming timing, bool isIdeal) : StampedUnit(id, number, depth)
{
    private long _free;

    public override void Measure(Command command, CommandSizes sizes, ReadOnlySpan<long> registers) =>
        sizes.Cycles = isIdeal ? 1 : timing.Cycles((VectorCommand)command, registers);

    public override long EarliestStart(in TimedCommand command, ReadOnlySpan<long> registers, long from) => Math.Max(from, _free);

    protected override long Begin(in TimedCommand command, in StampedCommand stamps, ReadOnlySpan<long> registers)
    {
        var isSynchronize = command.Kind == TimedKind.Synchronize;
        return isSynchronize ? stamps.Start + 1 : _free = stamps.Start + command.Sizes.Cycles;
    }
}
