using System.Numerics;
using System.Runtime.Intrinsics;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller.Reach;

/// <summary>Steps: found, gone through and carried out.</summary>
internal sealed unsafe partial class ReachChannel
{
    private const int MostAged = 64;

    private readonly ulong[] _key = new ulong[1024];
    private readonly List<(long Cycle, int Lane, int Slot)> _ends = [];
    private ReachStep? _pending;
    private int _endsTold;
    private long _target;
    private int _margin;

    /// <summary>Where the step that is pending or learnt begins.</summary>
    private long _from;

    /// <summary>Finds the step from here: it is pending then, or is being learnt. False if none can be taken here.</summary>
    public static long[] S = new long[24];
    private bool TryStep()
    {
        S[0]++;
        if (!_isOfUse || Now < _retry) { S[1]++; return false; }

        if (!FindStreams())
        {
            S[2]++;
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
                S[3]++;
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
            var ok = step != ReachStep.Wider && (refreshes || Now + step.Length < due) && Begin(step);
            S[ok ? 4 : 5]++;
            return ok;
        }

        if ((next + Lead) % Grain != 0) { S[14]++; return false; }
        S[refreshes ? 8 : 9]++; if (_table.Full) S[10]++;
        return !_table.Full && BeginLearning(length, refreshes, due);
    }

    private bool AllDueTogether(long due) =>
        Config.Refresh == RefreshKind.AllBank && Config.PostponedRefreshes == 0 && due > Now && Array.TrueForAll(_lanes, l => l.Engine.CommonDue == due);

    /// <summary>Whether the ports that are being read from are the only ones with anything to send.</summary>
    private bool OnlyStreamsGoOn()
    {
        foreach (var lane in _lanes)
        {
            foreach (var port in lane.Engine.Input.Ports)
            {
                if (port != lane.Port && port.Left > 0)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Finds the one stream that each pseudo-channel reads.</summary>
    private bool FindStreams()
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            var lane = _lanes[i];
            if (_queuesInEngine && !FindStream(i, lane))
            {
                return false;
            }

            lane.AheadCount = lane.Port!.LookAhead(lane.Ahead, Now, out lane.LastEnds);
            if (lane.AheadCount == 0)
            {
                S[16]++;
                return false;
            }
        }

        return true;
    }

    private bool FindStream(int index, Lane lane)
    {
        lane.Port = null;
        var ports = lane.Engine.Input.Ports;
        for (var number = 0; number < ports.Count; number++)
        {
            if (ports[number].Left > 0)
            {
                if (lane.Port is not null)
                {
                    S[15]++;
                    return false;
                }

                (lane.Port, lane.Number) = (ports[number], number);
            }
        }

        if (lane.Port is null)
        {
            S[17]++;
            return false;
        }

        if (index == 0 && (lane.Port.Next + Lead) % Grain != 0)
        {
            S[14]++;
            return false; // the engine goes there first, so that steps begin alike
        }

        Span<int> words = stackalloc int[Config.ReadQueue];
        Span<int> ages = stackalloc int[Config.ReadQueue];
        if ( lane.Engine.SaveReads(lane.Port, lane.Number, words, ages, Now) is var count && count < 0)
        {
            S[18]++;
            return false;
        }

        (lane.Queue, lane.Ages) = (_table.Queue(words[..count]), _table.Ages(ages[..count]));
        lane.Flights.Clear();
        lane.Engine.SaveFlights(lane.Flights, lane.Port.Next, lane.Queue.Reach);
        return true;
    }

    private bool FindWindows()
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            var (lane, blocks) = (_lanes[i], _blocks[i]!);
            var next = lane.Port!.Next;
            var room = _target - _lanes[0].Port!.Next + _margin;
            lane.FirstBlock = (next - lane.Queue!.Reach) >> blocks.Bits;
            lane.Blocks = (int)(((next + room - 1) >> blocks.Bits) - lane.FirstBlock) + 1;
            lane.Room = ((lane.FirstBlock + lane.Blocks) << blocks.Bits) - next;
            lane.Shape = blocks.Window(lane.FirstBlock, lane.Blocks);
            if (lane.Shape is null)
            {
                return false;
            }

            for (var block = 0; block < lane.Blocks; block++)
            {
                lane.Rows[block] = blocks.RowOf(lane.FirstBlock + block);
            }
        }

        return true;
    }

    /// <summary>Writes down all that decides the step from here.</summary>
    /// <returns>Words; 0 if a number is too large.</returns>
    private int WriteKey(bool refreshes, int toDue)
    {
        fixed (ulong* start = _key)
        {
            var key = start;
            *key++ = (uint)toDue | ((ulong)(_target - _lanes[0].Port!.Next) << 48) | (_margin > 0 ? 1UL << 62 : 0) | ((ulong)(uint)(_engine.LastServed + 1) << 32) | (refreshes ? 1UL << 63 : 0);
            foreach (var bus in _engine.Buses)
            {
                var age = Now - bus.Base;
                *key++ = age < 64 ? bus.Taken >> (int)age : 0;
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
        var last = Latest(part.Served.AsSpan(from, to - from), out _);
        if (last is > 0 and < ReachPart.StillQueued)
        {
            _ends.Add((_from + last - 1, lane, slot));
        }
    }

    /// <summary>The largest number, and how many there are that tell of a command.</summary>
    private static int Latest(ReadOnlySpan<ushort> served, out int count)
    {
        var (last, others) = (Vector256<ushort>.Zero, Vector256<ushort>.Zero);
        var rest = served;
        for (; rest.Length >= Vector256<ushort>.Count; rest = rest[Vector256<ushort>.Count..])
        {
            var cycles = Vector256.Create(rest);
            last = Vector256.Max(last, cycles);
            others -= Vector256.Equals(cycles, Vector256<ushort>.Zero) | Vector256.Equals(cycles, Vector256<ushort>.AllBitsSet);
        }

        var half = Vector128.Max(last.GetLower(), last.GetUpper());
        var latest = 0;
        for (var i = 0; i < Vector128<ushort>.Count; i++)
        {
            latest = Math.Max(latest, half[i]);
        }

        count = served.Length - rest.Length - Vector256.Sum(others);
        foreach (var cycle in rest)
        {
            latest = Math.Max(latest, cycle);
            count += cycle is > 0 and < ReachPart.StillQueued ? 1 : 0;
        }

        return latest;
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
            var bus = _engine.Buses[i];
            (bus.Taken, bus.Base, bus.Clear) = (step.Buses[i], end, end + 64 - BitOperations.LeadingZeroCount(step.Buses[i]));
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
            lane.Engine.Input.FirstPort = lane.Number + 1 == lane.Engine.Input.Ports.Count ? 0 : lane.Number + 1;
        }

        var (from, kept) = (oldest, 0);
        var flights = lane.Flights;
        for (var i = 0; i < flights.Count; i++)
        {
            var (slot, end) = flights[i];
            var served = part.Served.AsSpan((int)(from - oldest), (int)(end - from));
            var last = Latest(served, out var count);
            if (last == ReachPart.StillQueued)
            {
                flights[kept++] = (slot, end);
                last = LatestServed(served);
            }

            if (count > 0)
            {
                transfers.Completed(slot, count, _from + last - 1 + Device.DoneAfter(false));
            }

            from = end;
        }

        flights.RemoveRange(kept, flights.Count - kept);
    }

    private static int LatestServed(ReadOnlySpan<ushort> served)
    {
        var last = 0;
        foreach (var cycle in served)
        {
            last = cycle < ReachPart.StillQueued ? Math.Max(last, cycle) : last;
        }

        return last;
    }

    /// <summary>The step for requests as old as those that are queued, counted once more.</summary>
    private AgedStep Aged(ReachStep step)
    {
        foreach (var known in step.Aged)
        {
            if (known.Before[0] == _lanes[0].Ages && (_lanes.Length == 1 || known.Before[1] == _lanes[1].Ages))
            {
                Use(known);
                return known;
            }
        }

        S[13]++;var aged = new AgedStep
        {
            Number = _table.NextAged(),
            Step = step,
            Before = [.. _lanes.Select(l => l.Ages!)],
            After = [.. _lanes.Select((l, i) => AgesAfter(step, step.Parts[i], l.Ages!))],
            Counts = [.. _lanes.Select((l, i) => LatenciesOf(step.Parts[i], l))],
        };
        if (step.Aged.Count == MostAged)
        {
            step.Aged.RemoveAt(0);
        }

        step.Aged.Add(aged);
        Use(aged);
        return aged;
    }

    private void Use(AgedStep aged)
    {
        if (aged.Number >= _uses.Length)
        {
            Array.Resize(ref _uses, Math.Max(2 * _uses.Length, aged.Number + 1));
        }

        if (_uses[aged.Number]++ == 0)
        {
            _used.Add(aged);
        }
    }

    private AgeState AgesAfter(ReachStep step, ReachPart part, AgeState before)
    {
        Span<int> ages = stackalloc int[part.Ages.Length];
        for (var i = 0; i < ages.Length; i++)
        {
            ages[i] = part.Ages[i] >= 0 ? part.Ages[i] : before.Ages[-1 - part.Ages[i]] + step.Length;
        }

        return _table.Ages(ages);
    }

    /// <summary>Latencies of a part's requests that were queued before.</summary>
    private PartCounts LatenciesOf(ReachPart part, Lane lane)
    {
        var (queue, ages) = (lane.Queue!, lane.Ages!);
        var (waited, readDone) = (0, Device.DoneAfter(false));
        _latencies.Clear();
        for (var i = 0; i < queue.Words.Length; i++)
        {
            var served = part.Served[queue.Reach - (queue.Words[i] >> 2)];
            if (served != ReachPart.StillQueued)
            {
                waited += ages.Ages[i] + served - 1;
                _latencies.Add(ages.Ages[i] + served - 1 + readDone);
            }
        }

        return new PartCounts([(Counter.ReadQueueTicks, waited), (Counter.ReadLatency, waited + (_latencies.Count * readDone))], 0, Gather(_latencies));
    }

    /// <summary>How often each number comes.</summary>
    private static (int Ticks, int Count)[] Gather(List<int> numbers)
    {
        numbers.Sort();
        var (kinds, last) = (0, -1);
        foreach (var number in numbers)
        {
            kinds += number != last ? 1 : 0;
            last = number;
        }

        var gathered = new (int Ticks, int Count)[kinds];
        var at = -1;
        foreach (var number in numbers)
        {
            if (at < 0 || gathered[at].Ticks != number)
            {
                gathered[++at].Ticks = number;
            }

            gathered[at].Count++;
        }

        return gathered;
    }
}
