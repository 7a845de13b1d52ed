using Accel.Core.Units;
using Accel.Dram;
using Accel.Dram.Replay;
using Accel.Dram.Reports;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing;

/// <summary>
/// The DRAM simulator behind the crossing of clocks. Where it restarts between runs its cycles count from a run's start, which is one in which both clocks
/// have an edge: runs that send the same in the same of their own cycles are then answered alike.
/// </summary>
internal sealed class DramMemoryPort : IMachineMemory
{
    private readonly DramSystem _dram;
    private readonly ReplayedMemory _memory;
    private readonly ClockCrossing _clocks;
    private readonly bool _restarts;

    /// <summary>The core cycle in which memory's cycles begin.</summary>
    private long _start;

    /// <param name="dram">A memory that has done nothing yet.</param>
    /// <param name="restarts">Whether it restarts between runs.</param>
    /// <param name="isRestarted">Whether its first run is one behind a restart.</param>
    public DramMemoryPort(DramSystem dram, ClockCrossing clocks, bool restarts, bool isRestarted)
    {
        (_dram, _memory, _clocks, _restarts) = (dram, new(dram), clocks, restarts);
        if (isRestarted)
        {
            _memory.Begin();
        }
    }

    public int Send(in BurstGroup group, int port, long cycle) => _memory.Enqueue(group.Block(), new(_clocks.TickAtOrAfter(cycle - _start)), port);

    public (int Transfer, long Cycle)? NextArrival(long latest) =>
        _memory.AdvanceToNextCompletion(new(_clocks.TickAtOrBefore(latest - _start))) is var (transfer, tick)
            ? (transfer, _start + _clocks.CycleAtOrAfter(tick.Value))
            : null;

    public long EndRun(long cycle)
    {
        if (!_restarts)
        {
            return cycle;
        }

        var ready = _clocks.CycleAtOrAfter(_clocks.TickAtOrAfter(cycle - _start) + _dram.RestartTicks.Value);
        var next = (ready + _clocks.Period - 1) / _clocks.Period * _clocks.Period;
        _memory.Restart(new Cycles(_clocks.TickAtOrAfter(next) - _dram.RestartTicks.Value));
        return _start += next;
    }

    public DramReport Finish() => _memory.Finish();

    DramReport? IMachineMemory.Finish() => Finish();
}
