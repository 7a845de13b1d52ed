namespace Accel.Dram.Controller.Reach;

/// <summary>Steps that are not known yet: simulated as ever, watched, and kept if nothing came between.</summary>
internal sealed unsafe partial class ReachChannel
{
    private bool _learning;
    private bool _learnsRefresh;
    private ulong[] _learntKey = [];
    private long _learntTarget;
    private long _learntDue;
    private readonly long[] _sums = new long[(int)Counter.Count];
    private readonly List<int> _latencies = [];
    private readonly ulong[] _after = new ulong[1024];
    private readonly Start[] _starts = [new(), new()];

    /// <summary>Where one pseudo-channel stood.</summary>
    private sealed class Start
    {
        public long Next;
        public long Ordinal;
        public long Available;
        public long[] Sums { get; } = new long[(int)Counter.Count];
        public int OpenThroughout;
    }

    private bool BeginLearning(int keyLength, bool refreshes, long due)
    {
        LoadQueues();
        (_learning, _learnsRefresh, _learntDue, _from) = (true, refreshes, due, Now);
        _learntKey = _key.AsSpan(0, keyLength).ToArray();
        _learntTarget = _target;
        for (var i = 0; i < _lanes.Length; i++)
        {
            var (lane, start) = (_lanes[i], _starts[i]);
            lane.Engine.CountActiveUntil(Now);
            (start.Next, start.Ordinal) = (lane.Port!.Next, lane.Port.Ordinal);
            start.Available = lane.Ahead[lane.AheadCount - 1].End - start.Next;
            lane.Engine.Counters.Sums.CopyTo(start.Sums, 0);
            start.OpenThroughout = refreshes ? 0 : lane.Engine.RanksKeptOpen(lane.Shape!);
            lane.Engine.BeginLearning(lane.Shape!, lane.Rows, _blocks[i]!.Banks, refreshes, lane.Port, Math.Min(lane.Room, start.Available));
        }

        return true;
    }

    /// <summary>Goes on with the step that is being learnt.</summary>
    private void Learn(long limit, bool stopsAtEnds)
    {
        var bound = _learnsRefresh ? limit : Math.Min(limit, _learntDue);
        if (bound <= Now)
        {
            StopLearning();
            return;
        }

        var reached = _engine.RunTowards(_lanes[0].Port!, _learntTarget, bound, stopsAtEnds);
        Now = _engine.Now;
        if (reached)
        {
            if (_engine.StandsAt(Now))
            {
                Remember();
            }

            StopLearning();
        }
        else if (Array.Exists(_lanes, l => l.Engine.IsBeyondReach))
        {
            if (_margin == 0)
            {
                _table.Add(_learntKey, ReachStep.Wider);
            }

            StopLearning();
        }
        else if (_lanes[0].Port!.Left == 0)
        {
            StopLearning();
        }
    }

    private void StopLearning()
    {
        if (_learning)
        {
            _learning = false;
            foreach (var lane in _lanes)
            {
                lane.Engine.EndLearning();
            }
        }
    }

    /// <summary>Keeps the step that has just ended, unless it took in more than its key tells of.</summary>
    private void Remember()
    {
        var length = Now - _from;
        var parts = new ReachPart[_lanes.Length];
        for (var i = 0; i < _lanes.Length; i++)
        {
            var due = _lanes[i].Engine.NextDue;
            if (length >= ReachPart.StillQueued - 1 || (_learnsRefresh ? due <= _learntDue || due <= Now : Now >= due) || PartOf(i, (int)length) is not { } part)
            {
                return;
            }

            parts[i] = part;
        }

        _table.Add(_learntKey, new ReachStep
        {
            Length = (int)length,
            Refreshes = _learnsRefresh,
            LastServed = _engine.LastServed,
            Parts = parts,
            Buses = [.. _engine.Buses.Select(bus => bus.Ahead(Now))],
        });
    }

    private ReachPart? PartOf(int index, int length)
    {
        var (lane, start, engine) = (_lanes[index], _starts[index], _lanes[index].Engine);
        var (port, queue) = (lane.Port!, lane.Queue!);
        var taken = port.Ordinal - start.Ordinal;
        Span<int> words = stackalloc int[Config.ReadQueue];
        Span<int> ages = stackalloc int[Config.ReadQueue];
        if (taken > lane.Room || port.Next != start.Next + taken || taken >= start.Available)
        {
            return null;
        }

        var count = engine.SaveReads(port, lane.Number, words, ages, Now);
        if (count < 0 || _table.Queue(words[..count]) is not { } queueAfter)
        {
            return null;
        }

        int afterLength;
        fixed (ulong* first = _after)
        {
            var end = engine.SaveReach(first, lane.Shape!, lane.Rows, _blocks[index]!.Banks, _learnsRefresh ? 1 : 0, Now, after: true);
            if (end == null)
            {
                return null;
            }

            afterLength = (int)(end - first);
        }

        engine.CountActiveUntil(Now);
        var sums = _sums;
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = engine.Counters.Sums[i] - start.Sums[i];
        }

        sums[(int)Counter.ActiveRankTicks] -= (long)length * start.OpenThroughout;

        // The places of all that was queued or came in.
        var oldest = start.Next - queue.Reach;
        var served = new ushort[port.Next - oldest];
        served.AsSpan(queue.Reach).Fill(ReachPart.StillQueued);
        Span<short> placeInQueue = stackalloc short[queue.Reach];
        placeInQueue.Fill(-1);
        for (var i = 0; i < queue.Words.Length; i++)
        {
            var local = start.Next - (queue.Words[i] >> 2);
            served[local - oldest] = ReachPart.StillQueued;
            placeInQueue[(int)(local - oldest)] = (short)i;
        }

        _latencies.Clear();
        var readDone = Device.DoneAfter(false);
        foreach (var (local, entered, cycle) in engine.Watched!)
        {
            served[local - oldest] = (ushort)(cycle - _from + 1);
            var latency = cycle - entered + readDone;
            if (local < start.Next)
            {
                sums[(int)Counter.ReadQueueTicks] -= cycle - entered;
                sums[(int)Counter.ReadLatency] -= latency;
                continue;
            }

            _latencies.Add((int)latency);
        }

        var agesAfter = new int[count];
        for (var i = 0; i < count; i++)
        {
            var local = port.Next - (words[i] >> 2);
            agesAfter[i] = local >= start.Next ? ages[i] : -1 - placeInQueue[(int)(local - oldest)];
        }

        return new ReachPart
        {
            Taken = (int)taken,
            Queue = queueAfter,
            After = _after[..afterLength],
            Raises = engine.Raises(lane.Shape!, _learnsRefresh, Now),
            Served = served,
            Ages = agesAfter,
            Counts = new PartCounts(
                [.. Enumerable.Range(0, sums.Length).Where(i => sums[i] != 0).Select(i => ((Counter)i, (int)sums[i]))],
                (int)engine.Counters[Peak.ReadQueue],
                Gather(_latencies)),
        };
    }
}
