namespace Accel.Dram.Controller.Reach;

/// <summary>Steps: looked up by all that decides them.</summary>
internal sealed unsafe partial class ReachChannel
{
    private readonly ulong[] _key = new ulong[1024];
    private long _target;
    private int _margin;

    /// <summary>Finds the step from here: it is pending then, or is being learnt. False if none can be taken here.</summary>
    private bool TryStep()
    {
        if (!_isOfUse || !_engine.StandsAt(Now) || !FindStreams())
        {
            return false;
        }

        var (due, available) = (long.MaxValue, long.MaxValue);
        foreach (var lane in _lanes)
        {
            due = Math.Min(due, lane.Engine.NextDue);
            available = Math.Min(available, lane.Ahead[lane.AheadCount - 1].End - lane.Port!.Next);
        }

        // As far as the place allows, but not beyond the next refresh: what is left before that is the less, the oftener it is seen again.
        var next = _lanes[0].Port!.Next;
        var grain = Grain;
        while (grain < MostGrain && ((next + Lead) & (2 * grain - 1)) == 0 && available > 2 * grain + Slack && due - Now > 2 * grain * Device.BurstTicks * 9 / 8)
        {
            grain *= 2;
        }

        _target = After(next, grain);
        var refreshes = due - Now <= grain * Device.BurstTicks * 9 / 8;
        if (refreshes && !AllDueTogether(due))
        {
            return false;
        }

        // Most steps take in no request beyond the place at which they end. Those that do need to be told by more.
        ReachStep? step = null;
        var length = 0;
        for (_margin = 0; _margin <= Margin && (step is null || step == ReachStep.Wider); _margin += Margin)
        {
            if (!FindWindows() || (length = WriteKey(refreshes, refreshes ? (int)(due - Now) : 0)) == 0)
            {
                return false;
            }

            step = _table.Find(_key.AsSpan(0, length));
            if (step is null)
            {
                break;
            }
        }

        if (step is not null)
        {
            return step != ReachStep.Wider && (refreshes || Now + step.Length < due) && Begin(step);
        }

        return (next + Lead) % Grain == 0 && !_table.Full && BeginLearning(length, refreshes, due);
    }

    private bool AllDueTogether(long due) =>
        Config.Refresh == RefreshKind.AllBank && Config.PostponedRefreshes == 0 && due > Now && Array.TrueForAll(_lanes, l => l.Engine.CommonDue == due);

    /// <summary>Writes down all that decides the step from here.</summary>
    /// <returns>Words; 0 if a number is too large.</returns>
    private int WriteKey(bool refreshes, int toDue)
    {
        fixed (ulong* start = _key)
        {
            var key = start;
            *key++ = (uint)toDue | ((ulong)(uint)(_engine.LastServed + 1) << 32) | ((ulong)(_target - _lanes[0].Port!.Next) << 48)
                | (_margin > 0 ? 1UL << 62 : 0) | (refreshes ? 1UL << 63 : 0);
            foreach (var bus in _engine.Buses)
            {
                *key++ = bus.Ahead(Now);
            }

            for (var i = 0; i < _lanes.Length; i++)
            {
                var (lane, blocks) = (_lanes[i], _blocks[i]!);
                var place = lane.Port!.Next & ((1L << blocks.Bits) - 1);
                *key++ = (ulong)place | ((ulong)(uint)lane.Shape!.Id << 16) | ((ulong)(uint)lane.Queue!.Number << 32);
                key = lane.Engine.SaveReach(key, lane.Shape, lane.Rows, blocks.Banks, toDue, Now, after: false);
                if (key == null)
                {
                    return 0;
                }
            }

            return (int)(key - start);
        }
    }
}
