using Accel.Dram.Mapping;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>The next-event engine: goes from one cycle in which something happens to the next, with the outcome of <see cref="NaiveChannel"/>.</summary>
internal sealed partial class EventChannel : Channel
{
    public EventChannel(DramDevice device, ControllerConfig config, AddressMapping mapping, LocalAddressing[] addressing, ChannelLog log)
        : base(device, config, log)
    {
        Buses = device.SplitBuses ? [new CommandBus(), new CommandBus()] : [new CommandBus()];
        var gates = new GateTable(device, config);
        PseudoChannels = [.. addressing.Select((a, i) => new EventPseudoChannel(this, i, gates, mapping, a))];
        _first = PseudoChannels[0];
        _second = PseudoChannels.Length == 2 ? PseudoChannels[1] : null;
        _finished = [.. Inputs.Select(input => input.Transfers.Finished)];
    }

    internal CommandBus[] Buses { get; }

    /// <summary>The pseudo-channel that sent the last command.</summary>
    internal int LastServed { get; set; } = -1;

    private readonly EventPseudoChannel _first;
    private readonly EventPseudoChannel? _second;
    private readonly List<(int Transfer, long Cycle)>[] _finished;
    private long _turnCycle = -1;
    private int _turn;

    internal EventPseudoChannel[] PseudoChannels { get; }

    public override bool Drained
    {
        get
        {
            foreach (var pseudoChannel in PseudoChannels)
            {
                if (pseudoChannel.Queued > 0 || !pseudoChannel.Input.Empty)
                {
                    return false;
                }
            }

            return true;
        }
    }

    public override int Queued
    {
        get
        {
            var queued = 0;
            foreach (var pseudoChannel in PseudoChannels)
            {
                queued += pseudoChannel.Queued;
            }

            return queued;
        }
    }

    public override long NextEvent => Earliest().Wake;

    public override bool HoldsWrites(int pseudoChannel) => PseudoChannels[pseudoChannel].QueuedWrites > 0;

    public override Counters CountersOf(int pseudoChannel)
    {
        PseudoChannels[pseudoChannel].CountActiveUntil(Now);
        return PseudoChannels[pseudoChannel].Counters;
    }

    public override bool Offer(int pseudoChannel, long local, bool isWrite, int slot, int port, long ordinal)
    {
        var target = PseudoChannels[pseudoChannel];
        var taken = target.TryEnter(Now, local, isWrite, slot, port, ordinal);
        if (taken)
        {
            target.WakeBy(Now);
        }

        return taken;
    }

    public override bool IsOpen(int pseudoChannel, int rank) => PseudoChannels[pseudoChannel].OpenBanks[rank] > 0;

    public override void Added(int pseudoChannel, long arrival) => PseudoChannels[pseudoChannel].ExpectBy(Math.Max(Now, arrival));

    public override void RunUntil(long limit)
    {
        if (PseudoChannels is [var only])
        {
            while (only.Wake < limit)
            {
                if (only.Queued == 0 && SkipIdle(limit))
                {
                    continue;
                }

                only.Step(limit);
            }
        }
        else
        {
            while (Earliest() is { } next && next.Wake < limit)
            {
                if (next.Queued == 0 && SkipIdle(limit))
                {
                    continue;
                }

                next.Step(limit);
            }
        }

        Now = Math.Max(Now, limit);
    }

    public override void RunUntilFinished(long limit)
    {
        if (_second is not null)
        {
            var (mine, its) = (_finished[0], _finished[1]);
            while ((mine.Count | its.Count) == 0 && EarlierOfTwo(_first, _second) is var next && next.Wake < limit)
            {
                StepOrSkip(next, limit);
            }
        }
        else
        {
            while (!AnyFinished() && Earliest() is var next && next.Wake < limit)
            {
                StepOrSkip(next, limit);
            }
        }

        if (!AnyFinished())
        {
            Now = Math.Max(Now, limit);
            return;
        }

        // A step may have begun the cycle after its own.
        var begun = Now;
        foreach (var pseudoChannel in PseudoChannels)
        {
            begun = Math.Max(begun, pseudoChannel.LastBegun);
        }

        RunUntil(Math.Min(limit, begun + 1));
    }

    public override void RunUntilDrained() => RunUntilDrained(long.MaxValue);

    /// <summary>Simulates until drained or until a limit, whichever comes first.</summary>
    public void RunUntilDrained(long limit)
    {
        var cycle = Now - 1;
        if (PseudoChannels is [var only])
        {
            while ((only.Queued > 0 || !only.Input.Empty) && only.Wake < limit)
            {
                if (only.Queued > 0 || !SkipIdle(limit))
                {
                    cycle = only.Wake;
                    only.Step(limit);
                }
            }
        }
        else
        {
            while (!Drained && Earliest() is { } next && next.Wake < limit)
            {
                if (next.Queued > 0 || !SkipIdle(limit))
                {
                    cycle = next.Wake;
                    next.Step(limit);
                }
            }
        }

        RunUntil(Drained ? cycle + 1 : limit);
    }

    /// <summary>
    /// Simulates until the next request of a port is one given, and no further than needed, or until a limit; true if that request was reached
    /// before the limit. The engine then stands at the cycle in which the one before it entered, and at least one cycle further than it stood.
    /// </summary>
    public bool RunUntilTaken(int pseudoChannel, PortQueue port, long next, long limit)
    {
        var leader = PseudoChannels[pseudoChannel];
        while (port.Next < next)
        {
            var earliest = PseudoChannels.Length == 1 ? leader : Earliest();
            if (earliest.Wake >= limit)
            {
                RunUntil(limit);
                return false;
            }

            earliest.Step(limit);
        }

        RunUntil(Math.Max(Now + 1, leader.LastBegun));
        return true;
    }

    /// <summary>
    /// Simulates until the next request of a port of the first pseudo-channel is one given, or until a limit or, if so wished, the end of a
    /// transfer's part; true if that request was reached. While steps are learnt, stops at once when a request has entered that none may depend on.
    /// </summary>
    public bool RunTowards(PortQueue port, long next, long limit, bool stopsAtEnds)
    {
        while (port.Next < next)
        {
            if (port.Left == 0)
            {
                RunUntil(Math.Min(limit, Now + 1));
                return false;
            }

            var earliest = PseudoChannels.Length == 1 ? _first : Earliest();
            if (earliest.Wake >= limit)
            {
                RunUntil(limit);
                return false;
            }

            earliest.Step(limit);
            if (earliest.IsBeyondReach)
            {
                return false;
            }

            if (stopsAtEnds && AnyFinished())
            {
                break;
            }
        }

        var begun = Now;
        foreach (var pseudoChannel in PseudoChannels)
        {
            begun = Math.Max(begun, pseudoChannel.LastBegun);
        }

        RunUntil(Math.Min(limit, Math.Max(Now + 1, begun)));
        return port.Next >= next;
    }

    /// <summary>Whether nothing of a cycle has been done but to let requests enter in it, and nothing of later ones.</summary>
    internal bool StandsAt(long cycle)
    {
        foreach (var bus in Buses)
        {
            if (bus.Base >= cycle && bus.Taken != 0)
            {
                return false;
            }
        }

        return _first.LastBegun <= cycle && (_second is null || _second.LastBegun <= cycle);
    }

    /// <summary>Puts the engine at a cycle; its pseudo-channels have been given their state of that cycle.</summary>
    internal void Restart(long cycle) => Now = cycle;

    private void StepOrSkip(EventPseudoChannel next, long limit)
    {
        if (next.Queued > 0 || !SkipIdle(limit))
        {
            next.Step(limit);
        }
    }

    /// <summary>Whether a transfer's part has ended that was not collected yet.</summary>
    internal bool AnyFinished()
    {
        var count = 0;
        foreach (var finished in _finished)
        {
            count |= finished.Count;
        }

        return count > 0;
    }

    /// <summary>The pseudo-channel with the earliest event; of several, those after the one that sent the last command come first.</summary>
    private EventPseudoChannel Earliest()
    {
        if (_second is not null)
        {
            return EarlierOfTwo(_first, _second);
        }

        var cycle = PseudoChannels[0].Wake;
        for (var i = 1; i < PseudoChannels.Length; i++)
        {
            cycle = Math.Min(cycle, PseudoChannels[i].Wake);
        }

        if (cycle != _turnCycle)
        {
            (_turnCycle, _turn) = (cycle, LastServed + 1);
        }

        for (var i = _turn; ; i++)
        {
            i = i >= PseudoChannels.Length ? 0 : i;
            if (PseudoChannels[i].Wake == cycle)
            {
                return PseudoChannels[i];
            }
        }
    }

    private EventPseudoChannel EarlierOfTwo(EventPseudoChannel first, EventPseudoChannel second)
    {
        var (a, b) = (first.Wake, second.Wake);
        var cycle = Math.Min(a, b);
        if (cycle != _turnCycle)
        {
            (_turnCycle, _turn) = (cycle, LastServed + 1);
        }

        return a < b || (a == b && _turn != 1) ? first : second;
    }

    /// <summary>
    /// With nothing to do and all rows closed, one refresh interval is like the next: counts whole intervals without walking through them,
    /// and leaves the last two to the engine so that it arrives in its true state.
    /// </summary>
    private bool SkipIdle(long limit)
    {
        if (Log.Commands is not null)
        {
            return false;
        }

        var until = limit;
        foreach (var pseudoChannel in PseudoChannels)
        {
            if (!pseudoChannel.Quiet)
            {
                return false;
            }

            until = Math.Min(until, pseudoChannel.NextArrival);
        }

        if (until == long.MaxValue)
        {
            return false;
        }

        var intervals = long.MaxValue;
        foreach (var pseudoChannel in PseudoChannels)
        {
            intervals = Math.Min(intervals, pseudoChannel.IdleIntervals(until));
        }

        if (intervals <= 0)
        {
            return false;
        }

        foreach (var pseudoChannel in PseudoChannels)
        {
            pseudoChannel.SkipIntervals(intervals);
        }

        return true;
    }
}
