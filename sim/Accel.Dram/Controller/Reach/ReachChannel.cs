using Accel.Dram.Mapping;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller.Reach;

/// <summary>
/// The event engine with a memory for streams that come in many transfers, one after another, as a chip's do. While each pseudo-channel reads one
/// contiguous stream, it advances by steps of some <see cref="Grain"/> to <see cref="MostGrain"/> requests. A step is looked up by the state of what it
/// can reach: the queue, the banks of the requests it may take in, their ranks, the buses. What lies beyond (which rows other banks hold open, when the
/// next refresh is due) differs nearly always and decides nothing.
/// </summary>
/// <remarks>
/// A step is known as a whole before its end is reached, and others may want to start transfers in between. So it is <em>pending</em> at first: time goes
/// through it, transfers that end in it are reported in their cycles, and queues, ports and gates stay as they were at its beginning. When its end
/// is reached it is carried out. When something comes between, the engine simulates what has passed of it instead.
/// </remarks>
internal sealed partial class ReachChannel : Channel
{
    /// <summary>Steps begin and end at multiples of this many requests of the first pseudo-channel.</summary>
    private const int Grain = 32;

    /// <summary>A step goes on to the next multiple of as many as the place it begins at is a multiple of, up to this.</summary>
    private const int MostGrain = 128;

    /// <summary>
    /// Those multiples are counted from so many requests before a block begins: pseudo-channels that have drifted apart a little then come into the next
    /// block in the same step.
    /// </summary>
    private const int Lead = 16;

    /// <summary>Requests that another pseudo-channel may take in beyond those.</summary>
    private const int Margin = 32;

    /// <summary>Requests that a step should leave behind.</summary>
    private const int Slack = 4;

    private readonly EventChannel _engine;
    private readonly ReachTable _table;
    private readonly BlockGeometry?[] _blocks;
    private readonly bool _isOfUse;
    private readonly Lane[] _lanes;

    // The device's state is in the engine; queues are there too, or in the lanes.
    private bool _queuesInEngine = true;

    public ReachChannel(EventChannel engine, AddressMapping mapping, LocalAddressing[] addressing, ReachTable table, WindowShapes shapes)
        : base(engine.Device, engine.Config, engine.Log, engine.Inputs)
    {
        (_engine, _table) = (engine, table);
        _blocks = [.. addressing.Select(a => BlockGeometry.Of(a, mapping, Device, shapes))];
        _lanes = [.. engine.PseudoChannels.Select(p => new Lane(p))];
        _isOfUse = Array.TrueForAll(_blocks, b => b is not null) && _lanes.Length <= 2 && Config.Page == PagePolicy.Open && engine.PseudoChannels[0].RingsAreOfRanks
            && Log.Commands is null && Log.Completions is null && Device.Banks <= 64 && (Config.RowHitCap == 0 || Config.RowHitCap < 200);
    }

    public override bool Drained
    {
        get
        {
            Settle();
            return _engine.Drained;
        }
    }

    public override int Queued
    {
        get
        {
            Settle();
            return _engine.Queued;
        }
    }

    public override long NextEvent
    {
        get
        {
            Settle();
            return _engine.NextEvent;
        }
    }

    public override bool IsSettled => _queuesInEngine && _pending is null;

    public override bool HoldsWrites(int pseudoChannel)
    {
        Settle();
        return _engine.HoldsWrites(pseudoChannel);
    }

    public override bool Offer(int pseudoChannel, long local, bool isWrite, int slot, int port, long ordinal)
    {
        Settle();
        return _engine.Offer(pseudoChannel, local, isWrite, slot, port, ordinal);
    }

    public override bool IsOpen(int pseudoChannel, int rank) => _engine.IsOpen(pseudoChannel, rank);

    public override void Added(int pseudoChannel, long arrival)
    {
        // More of the stream that is being read changes nothing of what is known; anything else does.
        if (!OnlyStreamsGoOn())
        {
            Settle();
        }

        _engine.Added(pseudoChannel, arrival);
    }

    public override void CopyFrom(Channel other)
    {
        var reach = (ReachChannel)other;
        reach.Settle();
        Settle();
        _engine.CopyFrom(reach._engine);
        Now = reach.Now;
    }

    public override bool LooksLike(Channel other)
    {
        // Two channels in one state begin the same steps in the same cycles, if not at once then soon.
        var reach = (ReachChannel)other;
        return _pending == reach._pending && _queuesInEngine == reach._queuesInEngine && !_learning && !reach._learning
            && (IsSettled || ((_pending is null || _from == reach._from) && HasQueuesOf(reach) && _engine.HasDevicesOf(reach._engine, _pending is null ? Now : _from)));
    }

    public override bool HasFutureOf(Channel other) => _engine.HasFutureOf(((ReachChannel)other)._engine);

    public override Counters CountersOf(int pseudoChannel)
    {
        Settle();
        Count();
        return _engine.CountersOf(pseudoChannel);
    }

    public override void ResetCounters()
    {
        Settle();
        Count();
        _engine.ResetCounters();
    }

    public override void RunUntil(long limit)
    {
        while (Now < limit)
        {
            Advance(limit, stopsAtEnds: false);
        }
    }

    public override void RunUntilFinished(long limit)
    {
        while (Now < limit && !_engine.AnyFinished())
        {
            Advance(limit, stopsAtEnds: true);
        }
    }

    public override void RunUntilDrained()
    {
        while (true)
        {
            if (_pending is null && !_learning && !TryStep())
            {
                LoadQueues();
                if (_engine.Drained)
                {
                    return;
                }

                _engine.RunUntilDrained(NextTry(long.MaxValue));
                Now = _engine.Now;
            }
            else
            {
                Advance(long.MaxValue, stopsAtEnds: false);
            }
        }
    }

    /// <summary>Queues, ports and counts as they are in the present cycle.</summary>
    public override void Settle()
    {
        StopLearning();
        if (_pending is not null)
        {
            var now = Now;
            (_pending, Now) = (null, _from);
            LoadQueues();
            _engine.RunUntil(now);
            Now = now;
        }

        LoadQueues();
    }

    /// <summary>Whether the same requests are queued, of the same age, and the streams have come as far.</summary>
    private bool HasQueuesOf(ReachChannel other)
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            var (mine, its) = (_lanes[i], other._lanes[i]);
            if (mine.Queue != its.Queue || mine.Ages != its.Ages || mine.Port!.Next != its.Port!.Next || mine.Number != its.Number)
            {
                return false;
            }
        }

        return true;
    }

    private void Advance(long limit, bool stopsAtEnds)
    {
        if (_pending is not null)
        {
            GoThrough(limit, stopsAtEnds);
        }
        else if (_learning)
        {
            Learn(limit, stopsAtEnds);
        }
        else if (!TryStep())
        {
            LoadQueues();
            var until = NextTry(limit);
            if (until < limit && _lanes[0].Port is { Left: > 0 } port)
            {
                _engine.RunTowards(port, After(port.Next, Grain), until, stopsAtEnds);
            }
            else if (stopsAtEnds)
            {
                _engine.RunUntilFinished(until);
            }
            else
            {
                _engine.RunUntil(until);
            }

            Now = _engine.Now;
        }
    }

    /// <summary>How far to simulate before looking for a stream again.</summary>
    private long NextTry(long limit)
    {
        if (!_isOfUse || limit - Now <= Grain * Device.BurstTicks)
        {
            return limit;
        }

        var from = Now;
        if (_engine.Queued == 0)
        {
            // Idle until something arrives.
            from = long.MaxValue;
            foreach (var input in Inputs)
            {
                foreach (var port in input.Ports)
                {
                    from = Math.Min(from, port.Arrival);
                }
            }
        }

        from = Math.Max(Now, from);
        return from >= limit ? limit : Math.Min(limit, from + (Grain * Device.BurstTicks));
    }

    /// <summary>The next place of the first pseudo-channel at which a step may end.</summary>
    private static long After(long next, int grain) => ((next + Lead) / grain + 1) * grain - Lead;

    /// <summary>Puts the engine into the present state.</summary>
    private void LoadQueues()
    {
        if (_queuesInEngine)
        {
            return;
        }

        foreach (var lane in _lanes)
        {
            lane.Engine.Requeue(lane.Queue!, lane.Ages!, lane.Port!, lane.Number, lane.Flights, Now);
        }

        _engine.Restart(Now);
        _queuesInEngine = true;
    }

    /// <summary>What is known of one pseudo-channel's stream.</summary>
    private sealed class Lane(EventPseudoChannel engine)
    {
        public EventPseudoChannel Engine { get; } = engine;

        /// <summary>The only port with requests.</summary>
        public PortQueue? Port;
        public int Number;
        public QueueState? Queue;
        public AgeState? Ages;

        /// <summary>Transfers of queued requests, oldest first, and where each ends as far as it has entered.</summary>
        public List<(int Slot, long End)> Flights { get; } = [];

        /// <summary>The same for requests to come.</summary>
        public (int Slot, long End)[] Ahead { get; } = new (int, long)[32];
        public int AheadCount;
        public bool LastEnds;

        // The window of the present step.
        public WindowShape? Shape;
        public long FirstBlock;
        public int Blocks;
        public int[] Rows { get; } = new int[8];

        /// <summary>Requests that the window leaves room for.</summary>
        public long Room;
    }
}
