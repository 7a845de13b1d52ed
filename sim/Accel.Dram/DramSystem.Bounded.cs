using Accel.Core.Units;

namespace Accel.Dram;

/// <summary>Completions up to a cycle, for simulators whose own next event is known.</summary>
public sealed partial class DramSystem
{
    private const int FarAhead = 4096;

    /// <summary>
    /// The next completion of any transfer, in order of cycle, then of number, if there is one no later than a cycle. Time advances no further
    /// than that takes: a transfer may still start at the completion's cycle or, without one, at the limit.
    /// </summary>
    public (int Transfer, Cycles Cycle)? AdvanceToNextCompletion(Cycles latest)
    {
        while (true)
        {
            Harvest();
            if (_completed.TryPeek(out var transfer, out var key))
            {
                if (key.Cycle > latest.Value)
                {
                    // Another may yet complete before it, but not before the limit.
                    if (Now.Value + Lead > latest.Value || _unfinished == 0)
                    {
                        return null;
                    }
                }
                else if (_unfinished == 0 || key.Cycle < Now.Value + Lead)
                {
                    _completed.Dequeue();
                    if (ForgetsCompleted)
                    {
                        _transfers.Remove(transfer);
                    }

                    return (transfer, new Cycles(key.Cycle));
                }

                // Another may complete before it, and a transfer may start when that one does: no further than its earliest cycle.
                RunChannels(Math.Min(Now.Value + Lead, Math.Min(key.Cycle, latest.Value) - Lead + 1));
            }
            else if (_unfinished == 0 || Now.Value + Lead > latest.Value)
            {
                return null;
            }
            else
            {
                RunTowardsCompletion(latest.Value - Lead + 1);
            }
        }
    }
}
