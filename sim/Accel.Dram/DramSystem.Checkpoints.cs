using Accel.Dram.Controller;
using Accel.Dram.Streams;

namespace Accel.Dram;

/// <summary>Going back to where a memory stood after an earlier restart.</summary>
public sealed partial class DramSystem
{
    /// <summary>Whether all channels are in one state: they have been sent the same since the last restart.</summary>
    internal bool ChannelsAreAlike => _orderOf is not null && _classes.Count == 1;

    /// <summary>Something that was counted since the last restart has been booked, for a report: a checkpoint could not tell of it.</summary>
    private bool _isBooked;

    /// <summary>Whether <see cref="Checkpoint"/> can be asked for.</summary>
    internal bool HasCheckpoint => ChannelsAreAlike && !_isBooked;

    /// <summary>Whether a transfer would give channels that are alike different things to do.</summary>
    internal bool SetsApart(DmaDescriptor descriptor) =>
        (descriptor.BaseAddress | descriptor.RunBytes) % StripeBytes != 0 || descriptor.Runs > MostListedRuns || !Repeats(descriptor);

    /// <summary>The state at <see cref="Now"/>.</summary>
    /// <exception cref="InvalidOperationException">Not all channels are in one state, or there was a report since the last restart.</exception>
    internal DramCheckpoint Checkpoint()
    {
        if (!HasCheckpoint)
        {
            throw new InvalidOperationException("Channels are not alike, or what they have counted was booked.");
        }

        var whole = _classes[0].Channel;
        whole.Settle();
        Harvest();
        var copy = MakeChannel(0, new ChannelLog(), _tables[0]);
        copy.CopyFrom(whole);
        return new()
        {
            Channel = copy,
            Counters = [.. whole.Inputs.Select((_, i) => whole.CountersOf(i).Copy())],
            Transfers = [.. _transfers.Values.Select(transfer => transfer with { })],
            Numbers = [.. _transfers.Keys],
            Completed = [.. _completed.UnorderedItems.Select(item => (item.Priority, item.Element))],
            Progress = (_added, _harvested, _entered, _unfinished),
            Now = Now,
        };
    }

    /// <summary>Goes to a state of this memory or of one like it; nothing was done since the last restart.</summary>
    internal void GoTo(DramCheckpoint checkpoint)
    {
        if (!ChannelsAreAlike || _added > 0 || !_isRestarted)
        {
            throw new InvalidOperationException("Only a memory that has just been restarted goes to a checkpoint.");
        }

        _classes[0].Channel.CopyFrom(checkpoint.Channel);
        Book(checkpoint.Counters, _classes[0].Members);
        for (var i = 0; i < checkpoint.Numbers.Length; i++)
        {
            _transfers.Add(checkpoint.Numbers[i], checkpoint.Transfers[i] with { });
        }

        foreach (var (key, transfer) in checkpoint.Completed)
        {
            _completed.Enqueue(transfer, key);
        }

        (_added, _harvested, _entered, _unfinished) = checkpoint.Progress;
        Now = checkpoint.Now;
    }
}
