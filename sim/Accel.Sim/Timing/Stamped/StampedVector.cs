using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A vector unit: one command at a time.</summary>
internal sealed class StampedVector(UnitId id, int number, VectorTiming timing, bool isIdeal) : StampedComputeUnit(id, number)
{
    private long _free;

    public override void Measure(Command command, CommandSize size, ReadOnlySpan<long> registers) =>
        size.Cycles = isIdeal ? 1 : timing.Cycles((VectorCommand)command, registers);

    public override long EarliestStart(in ResolvedCommand command, long from) => Math.Max(from, _free);

    public override long Begin(in ResolvedCommand command, long start) => _free = start + command.Size.Cycles;
}
