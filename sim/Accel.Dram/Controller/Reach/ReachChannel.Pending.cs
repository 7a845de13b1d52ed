using System.Runtime.Intrinsics;

namespace Accel.Dram.Controller.Reach;

/// <summary>A known step: gone through, and carried out at its end.</summary>
internal sealed partial class ReachChannel
{
    private readonly List<(long Cycle, int Lane, int Slot)> _ends = [];
    private ReachStep? _pending;
    private int _endsTold;

    /// <summary>Where the step that is pending or learnt begins.</summary>
    private long _from;

    /// <summary>Makes a step pending, if there are requests enough.</summary>
    private bool Begin(ReachStep step)
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            if (_lanes[i].Ahead[_lanes[i].AheadCount - 1].End - _lanes[i].Port!.Next <= step.Parts[i].Taken)
            {
                return false;
            }
        }

        (_pending, _from, _endsTold) = (step, Now, 0);
        _ends.Clear();
        for (var i = 0; i < _lanes.Length; i++)
        {
            FindEnds(i, step.Parts[i]);
        }

        _ends.Sort();
        return true;
    }

    /// <summary>Finds the transfers whose last request is served in a step.</summary>
    private void FindEnds(int index, ReachPart part)
    {
        var lane = _lanes[index];
        var port = lane.Port!;
        var oldest = port.Next - lane.Queue!.Reach;
        var from = oldest;
        foreach (var (slot, end) in lane.Flights)
        {
            // The transfer that goes on ends with its requests to come.
            if (slot != port.Transfer)
            {
                NoteEnd(index, slot, part, (int)(from - oldest), (int)(end - oldest));
                from = end;
            }
        }

        for (var i = 0; i < lane.AheadCount && lane.Ahead[i] is var (slot, end) && end <= port.Next + part.Taken; i++)
        {
            if (i < lane.AheadCount - 1 || lane.LastEnds)
            {
                NoteEnd(index, slot, part, (int)(from - oldest), (int)(end - oldest));
                from = end;
            }
        }
    }

    private void NoteEnd(int lane, int slot, ReachPart part, int from, int to)
    {
        var (last, _, areDone) = Latest(part.Served.AsSpan(from, to - from));
        if (last > 0 && areDone)
        {
            _ends.Add((_from + last - 1, lane, slot));
        }
    }

    /// <summary>The last command that some places tell of, how many tell of one, and whether none is still queued.</summary>
    private static (int Last, int Count, bool AreDone) Latest(ReadOnlySpan<ushort> served)
    {
        var (last, others, queued) = (Vector256<ushort>.Zero, Vector256<ushort>.Zero, Vector256<ushort>.Zero);
        var rest = served;
        for (; rest.Length >= Vector256<ushort>.Count; rest = rest[Vector256<ushort>.Count..])
        {
            var cycles = Vector256.Create(rest);
            var isQueued = Vector256.Equals(cycles, Vector256.Create(ReachPart.StillQueued));
            last = Vector256.Max(last, Vector256.AndNot(cycles, isQueued));
            others -= Vector256.Equals(cycles, Vector256<ushort>.Zero) | isQueued;
            queued |= isQueued;
        }

        var half = Vector128.Max(last.GetLower(), last.GetUpper());
        var (latest, count, areDone) = (0, served.Length - rest.Length - Vector256.Sum(others), queued == Vector256<ushort>.Zero);
        for (var i = 0; i < Vector128<ushort>.Count; i++)
        {
            latest = Math.Max(latest, half[i]);
        }

        foreach (var cycle in rest)
        {
            areDone &= cycle != ReachPart.StillQueued;
            latest = cycle != ReachPart.StillQueued ? Math.Max(latest, cycle) : latest;
            count += cycle is > 0 and < ReachPart.StillQueued ? 1 : 0;
        }

        return (latest, count, areDone);
    }

    /// <summary>Goes on within the pending step, and carries it out when its end is reached.</summary>
    private void GoThrough(long limit, bool stopsAtEnds)
    {
        var readDone = Device.DoneAfter(false);
        while (_endsTold < _ends.Count && _ends[_endsTold] is var (cycle, lane, slot) && cycle < limit)
        {
            _endsTold++;
            Now = Math.Max(Now, cycle + 1);
            Inputs[lane].Transfers.Foretell(slot, cycle + readDone);
            if (stopsAtEnds)
            {
                return;
            }
        }

        if (limit < _from + _pending!.Length)
        {
            Now = Math.Max(Now, limit);
            return;
        }

        CarryOut(_pending);
        _pending = null;
    }

    private void CarryOut(ReachStep step)
    {
        var end = _from + step.Length;
        var aged = Aged(step);
        for (var i = 0; i < _lanes.Length; i++)
        {
            var (lane, part) = (_lanes[i], step.Parts[i]);
            lane.Engine.Apply(part, lane.Shape!, lane.Rows, _blocks[i]!.Banks, step.Refreshes, _from, end);
            Move(lane, part);
            (lane.Queue, lane.Ages) = (part.Queue, aged.After[i]);
        }

        for (var i = 0; i < step.Buses.Length; i++)
        {
            _engine.Buses[i].Load(step.Buses[i], end);
        }

        _engine.LastServed = step.LastServed;
        _engine.Restart(end);
        Now = end;
        _queuesInEngine = false;
    }

    /// <summary>Takes requests from the port, and books those that were served with their transfers.</summary>
    private void Move(Lane lane, ReachPart part)
    {
        var (port, transfers) = (lane.Port!, lane.Engine.Input.Transfers);
        var oldest = port.Next - lane.Queue!.Reach;
        for (long left = part.Taken; left > 0;)
        {
            var slot = port.Transfer;
            var count = Math.Min(left, port.Left);
            transfers.Entered(slot, (int)count);
            if (lane.Flights.Count > 0 && lane.Flights[^1].Slot == slot)
            {
                lane.Flights[^1] = (slot, port.Next + count);
            }
            else
            {
                lane.Flights.Add((slot, port.Next + count));
            }

            left -= count;
            if (count == port.Left)
            {
                port.Skip(count - 1);
                port.Take();
            }
            else
            {
                port.Skip(count);
            }
        }

        if (part.Taken > 0)
        {
            lane.Engine.Input.FirstPort = lane.Number + 1;
        }

        var (from, kept) = (oldest, 0);
        var flights = lane.Flights;
        for (var i = 0; i < flights.Count; i++)
        {
            var (slot, end) = flights[i];
            var (last, count, areDone) = Latest(part.Served.AsSpan((int)(from - oldest), (int)(end - from)));
            if (!areDone)
            {
                flights[kept++] = (slot, end);
            }

            if (count > 0)
            {
                transfers.Completed(slot, count, _from + last - 1 + Device.DoneAfter(false));
            }

            from = end;
        }

        flights.RemoveRange(kept, flights.Count - kept);
    }
}
