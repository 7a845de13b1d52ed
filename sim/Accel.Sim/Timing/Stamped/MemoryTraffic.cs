namespace Accel.Sim.Timing.Stamped;

/// <summary>What goes on between the DMA channels and memory, in order of time.</summary>
internal sealed class MemoryTraffic(StampedDma[] channels, IMachineMemory memory, ObservedOrder? observed)
{
    private readonly SendOrder _sends = new(channels.Length);
    private readonly GroupsUnderWay _sent = new();

    /// <summary>Takes down when a channel sends next.</summary>
    public void Schedule(StampedDma channel) => _sends.Set(channel.Number, channel.NextSend);

    /// <summary>
    /// The next thing between chip and memory: answers first, then sending in the order of the channels. All cycles that do not depend on it are
    /// known, so nothing that becomes known later lies before it.
    /// </summary>
    /// <param name="channel">Whose.</param>
    /// <param name="hasArrived">Whether a group has arrived; else one was sent.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryStep(out StampedDma channel, out bool hasArrived)
    {
        channel = channels[_sends.First];
        hasArrived = false;
        if (_sent.Count > 0 && memory.NextArrival(_sends.Cycle) is var (transfer, cycle))
        {
            channel = Arrive(transfer, cycle);
            hasArrived = true;
        }
        else if (_sends.Cycle == StampedUnit.Never)
        {
            return false;
        }
        else
        {
            Send(channel);
        }

        Schedule(channel);
        return true;
    }

    private StampedDma Arrive(int transfer, long cycle)
    {
        ref readonly var sent = ref _sent.Remove(transfer);
        observed?.Group(sent.Timing with { End = cycle });
        var channel = channels[sent.Channel];
        channel.Arrived(sent.Command, cycle);
        return channel;
    }

    private void Send(StampedDma channel)
    {
        var cycle = channel.NextSend;
        var command = channel.Send(out var group);
        ref var sent = ref _sent.Add(memory.Send(group, channel.Number, cycle));
        (sent.Channel, sent.Command) = (channel.Number, command);
        if (observed is not null)
        {
            sent.Timing = new(channel.Number, group.Bytes, group.Bursts, group.IsWrite, cycle, cycle);
        }
    }
}
