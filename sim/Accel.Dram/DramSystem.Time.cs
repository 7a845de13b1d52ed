using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Reports;

namespace Accel.Dram;

/// <summary>How time advances.</summary>
/// <remarks>
/// A command that starts in cycle t completes its request no sooner than t + lead, lead being the least of read and write latency plus burst.
/// So once all channels have reached t, every completion below t + lead is known, and nothing later was computed from inputs that may change.
/// A request at the head of a long run cannot end before those ahead of it have crossed the data bus: that bound lets channels run far ahead.
/// </remarks>
public sealed partial class DramSystem
{
    private readonly PriorityQueue<int, (long Cycle, int Transfer)> _completed = new();
    private int _unfinished;
    private int _entered;
    private int _harvested;

    private int Lead => Math.Min(Config.Device.DoneAfter(false), Config.Device.DoneAfter(true));

    /// <summary>Simulates all cycles below a limit; does nothing if they are simulated already.</summary>
    public void RunUntil(Cycles limit) => RunChannels(limit.Value);

    /// <summary>Advances until a transfer completes, and no further than its completion.</summary>
    /// <returns>The cycle of its completion.</returns>
    public Cycles AdvanceUntil(int transfer)
    {
        Harvest();
        while (_transfers[transfer].PartsLeft > 0)
        {
            _classes.ForEach(shared => shared.Channel.Settle());
            Harvest();
            RunChannels(Math.Max(Now.Value + Lead, EarliestEnd(transfer)));
            Harvest();
        }

        return new Cycles(_transfers[transfer].Completion);
    }

    /// <summary>Advances to the next completion of any transfer, in order of cycle, then of number; null when all have been reported.</summary>
    public (int Transfer, Cycles Cycle)? AdvanceToNextCompletion()
    {
        while (true)
        {
            Harvest();
            if (_completed.TryPeek(out var transfer, out var key) && (_unfinished == 0 || key.Cycle < Now.Value + Lead))
            {
                _completed.Dequeue();
                return (transfer, new Cycles(key.Cycle));
            }

            if (_completed.Count > 0)
            {
                // Another may complete before it, and a transfer may start when that one does: no further than its earliest cycle.
                RunChannels(Math.Min(Now.Value + Lead, key.Cycle - Lead + 1));
            }
            else if (_unfinished == 0)
            {
                return null;
            }
            else
            {
                RunTowardsCompletion(long.MaxValue);
            }
        }
    }

    /// <summary>Completes all transfers, brings all channels to the last completion and reports.</summary>
    public DramReport Finish()
    {
        if (_frontEnd is not null)
        {
            _frontEnd.RunUntilDrained();
        }
        else
        {
            ForEachChannel(channel => channel.RunUntilDrained());
        }

        var end = _classes.Max(c => Math.Max(c.Channel.Now, c.Channel.Inputs.Max(i => i.Transfers.LastCompletion)));
        ForEachChannel(channel => channel.RunUntil(end));
        Now = new Cycles(end);
        Harvest();
        return Report();
    }

    /// <summary>The counts up to <see cref="Now"/>.</summary>
    public DramReport Report()
    {
        _classes.ForEach(shared => shared.Channel.Settle());
        Harvest();
        var last = Math.Max(_lastOfMerged, _classes.Max(c => c.Channel.Inputs.Max(i => i.Transfers.LastCompletion)));
        return new DramReport(Config, Mode, CountersOfAll(), _settledLatencies)
        {
            Cycles = new Cycles(_ticksBefore + Math.Max(0, last)),
            SimulatedCycles = new Cycles(_ticksBefore + Now.Value),
            Mapping = _mapping.Text,
            Queued = _classes.Sum(c => c.Channel.Queued * c.Members.Count),
            TransfersUnderWay = _unfinished,
        };
    }

    private void RunChannels(long limit)
    {
        if (limit <= Now.Value)
        {
            return;
        }

        if (_frontEnd is not null)
        {
            _frontEnd.RunUntil(limit);
        }
        else if (limit - Now.Value < 4096 || _threads == 1 || _settled is not null)
        {
            foreach (var shared in _classes)
            {
                shared.Channel.RunUntil(limit);
            }
        }
        else
        {
            RunOnThreads(limit);
        }

        Now = new Cycles(limit);
    }

    /// <summary>Advances, no further than a limit and the next completion of a transfer.</summary>
    private void RunTowardsCompletion(long limit)
    {
        if (_frontEnd is null && _classes is [var only])
        {
            // One simulation for all: it may go on until a part of a transfer has ended, whatever that is.
            only.Channel.RunUntilFinished(limit);
            Now = new Cycles(only.Channel.Now);
            return;
        }

        if (_settled is not null && _frontEnd is null && ClassOfAllUnderWay() is { } leader)
        {
            // Whatever completes next has a part there that ends first, so the others may go as far as that class does.
            leader.RunUntilFinished(limit);
            RunChannels(leader.Now);
            return;
        }

        // The bound on a far completion takes longer to work out than a short way takes to simulate, and needs queues as they are now.
        var bound = limit - Now.Value < FarAhead || !_classes.TrueForAll(c => c.Channel.IsSettled) ? 0 : EarliestEndOfAny();
        RunChannels(Math.Min(limit, Math.Max(Now.Value + Lead, bound)));
    }

    /// <summary>A simulated channel in which every transfer under way has a part that has not ended; null if there is none.</summary>
    private Channel? ClassOfAllUnderWay()
    {
        foreach (var shared in _classes)
        {
            if (shared.Channel.Inputs[0].Transfers.UnderWay == _unfinished)
            {
                return shared.Channel;
            }
        }

        return null;
    }

    private void RunOnThreads(long limit) => ForEachChannel(channel => channel.RunUntil(limit));

    private void ForEachChannel(Action<Channel> action)
    {
        // Classes come from one channel and share what it remembers.
        var threads = _settled is not null ? 1 : Math.Min(_threads, _classes.Count);
        if (threads == 1)
        {
            _classes.ForEach(shared => action(shared.Channel));
            return;
        }

        // Each thread has its own share of channels, so that what it remembers of one serves the next.
        void Share(int thread)
        {
            for (var i = thread; i < _classes.Count; i += threads)
            {
                action(_classes[i].Channel);
            }
        }

        var others = Enumerable.Range(1, threads - 1).Select(thread => Task.Factory.StartNew(() => Share(thread), TaskCreationOptions.LongRunning)).ToArray();
        Share(0);
        Task.WaitAll(others);
    }

    /// <summary>Collects what the channels report of transfers.</summary>
    private void Harvest()
    {
        _unfinished += _added - _harvested;
        _harvested = _added;
        foreach (var shared in _classes)
        {
            var members = shared.Members.Count;
            foreach (var input in shared.Channel.Inputs)
            {
                var table = input.Transfers;
                if (table.Exhausted.Count + table.Finished.Count == 0)
                {
                    continue;
                }

                foreach (var number in table.Exhausted)
                {
                    _entered += (_transfers[number].PartsToEnter -= members) == 0 ? 1 : 0;
                }

                foreach (var (number, cycle) in table.Finished)
                {
                    var transfer = _transfers[number];
                    transfer.Completion = Math.Max(transfer.Completion, cycle);
                    if ((transfer.PartsLeft -= members) == 0)
                    {
                        transfer.Completion = Math.Max(transfer.Completion, transfer.Earliest);
                        _completed.Enqueue(number, (transfer.Completion, number));
                        _unfinished--;
                        _entered--;
                    }
                }

                table.Exhausted.Clear();
                table.Finished.Clear();
            }
        }
    }

    /// <summary>A cycle before which a transfer cannot complete.</summary>
    private long EarliestEnd(int transfer)
    {
        if (_frontEnd is not null || _transfers[transfer].PartsToEnter == 0)
        {
            return 0;
        }

        var port = _transfers[transfer].Port;
        var atHead = 0L;
        var behind = long.MaxValue;
        foreach (var (channel, input, index) in Parts())
        {
            if (port >= input.Ports.Count || input.Ports[port].Left == 0)
            {
                continue;
            }

            var bound = EarliestEndOfHead(channel, index, port);
            behind = Math.Min(behind, bound);
            atHead = input.Transfers.TransferOf(input.Ports[port].Transfer) == transfer ? Math.Max(atHead, bound) : atHead;
        }

        return atHead > 0 ? atHead : behind == long.MaxValue ? 0 : behind;
    }

    /// <summary>A cycle before which no transfer under way can complete.</summary>
    private long EarliestEndOfAny()
    {
        if (_frontEnd is not null || _entered > 0)
        {
            return 0;
        }

        var heads = new Dictionary<int, long>();
        var behind = long.MaxValue;
        foreach (var (channel, input, index) in Parts())
        {
            for (var port = 0; port < input.Ports.Count; port++)
            {
                if (input.Ports[port].Left == 0)
                {
                    continue;
                }

                var bound = EarliestEndOfHead(channel, index, port);
                var transfer = input.Transfers.TransferOf(input.Ports[port].Transfer);
                heads[transfer] = Math.Max(bound, heads.GetValueOrDefault(transfer));
                behind = input.Ports[port].HasMoreTransfers ? Math.Min(behind, bound) : behind;
            }
        }

        return Math.Min(behind, heads.Count == 0 ? 0 : heads.Values.Min());
    }

    private IEnumerable<(Channel Channel, PseudoChannelInput Input, int Index)> Parts() =>
        _classes.SelectMany(c => c.Channel.Inputs.Select((input, i) => (c.Channel, input, i)));

    /// <summary>
    /// A cycle before which the head run of a port cannot have entered its queue and ended. Each request takes the data bus for a burst,
    /// unless it meets a queued write; where that may happen often, only the head itself is counted.
    /// </summary>
    private long EarliestEndOfHead(Channel channel, int index, int port)
    {
        var input = channel.Inputs[index];
        var head = input.Ports[port];
        var others = false;
        var mayWrite = channel.HoldsWrites(index);
        for (var i = 0; i < input.Ports.Count; i++)
        {
            others |= i != port && input.Ports[i].Left > 0;
            mayWrite |= input.Ports[i].MayWrite;
        }

        var start = Math.Max(Now.Value, head.Arrival);
        if (head.IsWrite ? others : mayWrite)
        {
            return start + Lead;
        }

        var queued = head.IsWrite ? Config.Controller.WriteQueue : 0;
        var behindOf = head.HasMoreTransfers ? Config.Controller.ReadQueue + Config.Controller.WriteQueue : 0;
        return start + Lead + Math.Max(0, head.Left - queued - behindOf - 1) * Config.Device.BurstTicks;
    }
}
