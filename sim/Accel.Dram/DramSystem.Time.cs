using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Reports;

namespace Accel.Dram;

/// <summary>How time advances.</summary>
/// <remarks>
/// A command that starts in cycle t completes its request no sooner than t + lead, lead being the least of read and write latency plus burst.
/// So once all channels have reached t, every completion below t + lead is known, and nothing later was computed from inputs that may change.
/// A request at the head of a long run cannot end before those ahead of it have crossed the data bus: that bound lets channels run far ahead.
/// While one simulation stands for all channels it runs from one end of a transfer to the next.
/// </remarks>
public sealed partial class DramSystem
{
    private readonly PriorityQueue<int, (long Cycle, int Transfer)> _completed = new();
    private int _unfinished;
    private int _entered;

    private IEnumerable<Channel> Simulations => _channels.Groups.Select(g => g.Simulation);

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
            RunTowardsCompletion(long.MaxValue, EarliestEnd(transfer));
            Harvest();
        }

        return new Cycles(_transfers[transfer].Completion);
    }

    /// <summary>Advances to the next completion of any transfer, in order of cycle, then of number; null when all have been reported.</summary>
    public (int Transfer, Cycles Cycle)? AdvanceToNextCompletion() => AdvanceToNextCompletion(new Cycles(long.MaxValue));

    /// <summary>
    /// The same, up to a limit: for simulators that have work of their own then. Null when no transfer that is known now completes by then;
    /// transfers that start at the limit may still be added.
    /// </summary>
    /// <param name="limit">Last cycle of interest; <see cref="Now"/> does not pass it.</param>
    public (int Transfer, Cycles Cycle)? AdvanceToNextCompletion(Cycles limit)
    {
        while (true)
        {
            Harvest();
            var known = _completed.TryPeek(out var transfer, out var key);
            if (known && (_unfinished == 0 || key.Cycle < Now.Value + Lead))
            {
                if (key.Cycle > limit.Value)
                {
                    return null;
                }

                _completed.Dequeue();
                return (transfer, new Cycles(key.Cycle));
            }

            if (_unfinished == 0 || Now >= limit)
            {
                return null;
            }

            if (known)
            {
                RunChannels(Math.Min(limit.Value, key.Cycle - Lead + 1));
            }
            else
            {
                RunTowardsCompletion(limit.Value, EarliestEndOfAny());
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

        var end = Simulations.Max(c => Math.Max(c.Now, c.Inputs.Max(i => i.Transfers.LastCompletion)));
        ForEachChannel(channel => channel.RunUntil(end));
        Now = new Cycles(end);
        Harvest();
        return Report();
    }

    /// <summary>The counts up to <see cref="Now"/>.</summary>
    public DramReport Report()
    {
        Harvest();
        var last = Simulations.Max(c => c.Inputs.Max(i => i.Transfers.LastCompletion));
        return new DramReport(Config, Mode, [.. Enumerable.Range(0, Config.Channels).Select(CountersOf)])
        {
            Cycles = new Cycles(Math.Max(0, last)),
            SimulatedCycles = Now,
            Mapping = _mapping.Text,
            Queued = _channels.Groups.Sum(g => g.Members.Count * g.Simulation.Queued),
            TransfersUnderWay = _unfinished,
        };
    }

    private Counters[] CountersOf(int channel) => [.. Enumerable.Range(0, Config.Device.PseudoChannels).Select(_channels[channel].CountersOf)];

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
        else if (limit - Now.Value < 4096 || _threads == 1)
        {
            foreach (var group in _channels.Groups)
            {
                group.Simulation.RunUntil(limit);
            }
        }
        else
        {
            RunOnThreads(limit);
        }

        Now = new Cycles(limit);
    }

    /// <summary>Advances, no further than a limit and the next completion of a transfer.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="bound">A cycle before which nothing completes, however that is known.</param>
    private void RunTowardsCompletion(long limit, long bound)
    {
        if (_frontEnd is null && _channels.Groups is [var only])
        {
            // One simulation for all: it may go on until a part of a transfer has ended, whatever that is.
            only.Simulation.RunUntilFinished(limit);
            Now = new Cycles(only.Simulation.Now);
            return;
        }

        RunChannels(Math.Min(limit, Math.Max(Now.Value + Lead, bound)));
    }

    private void RunOnThreads(long limit) => ForEachChannel(channel => channel.RunUntil(limit));

    private void ForEachChannel(Action<Channel> action)
    {
        var threads = Math.Min(_tables.Length, _channels.Groups.Count);
        if (threads == 1)
        {
            foreach (var group in _channels.Groups)
            {
                action(group.Simulation);
            }

            return;
        }

        // Each thread has its own share of channels, so that what it remembers of one serves the next.
        threads = _tables.Length;
        void Share(int thread)
        {
            foreach (var group in _channels.OfThread(thread))
            {
                action(group.Simulation);
            }
        }

        var others = Enumerable.Range(1, threads - 1).Select(thread => Task.Factory.StartNew(() => Share(thread), TaskCreationOptions.LongRunning)).ToArray();
        Share(0);
        Task.WaitAll(others);
    }

    /// <summary>Collects what the channels report of transfers.</summary>
    private void Harvest()
    {
        foreach (var group in _channels.Groups)
        {
            var members = group.Members.Count;
            foreach (var input in group.Simulation.Inputs)
            {
                var table = input.Transfers;
                foreach (var number in table.Exhausted)
                {
                    EnterParts(number, members);
                }

                foreach (var (number, cycle) in table.Finished)
                {
                    EndParts(number, members, cycle);
                }

                table.Exhausted.Clear();
                table.Finished.Clear();
            }
        }
    }

    private void EnterParts(int number, int parts) => _entered += (_transfers[number].PartsToEnter -= parts) == 0 ? 1 : 0;

    private void EndParts(int number, int parts, long cycle)
    {
        var transfer = _transfers[number];
        transfer.Completion = Math.Max(transfer.Completion, cycle);
        if ((transfer.PartsLeft -= parts) == 0)
        {
            transfer.Completion = Math.Max(transfer.Completion, transfer.Earliest);
            _completed.Enqueue(number, (transfer.Completion, number));
            _unfinished--;
            _entered--;
        }
    }
}
