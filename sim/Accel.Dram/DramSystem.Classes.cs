using Accel.Dram.Controller;
using Accel.Dram.Mapping;
using Accel.Dram.Streams;

namespace Accel.Dram;

/// <summary>Channels in the same state that have been sent the same requests: one of them is simulated for all.</summary>
/// <param name="channel">The one.</param>
/// <param name="members">Numbers of all.</param>
internal sealed class ChannelClass(Channel channel, List<int> members)
{
    public Channel Channel { get; } = channel;

    public List<int> Members { get; } = members;
}

/// <summary>
/// A transfer that covers all channels evenly is the same work for each. So channels are simulated in classes: one class at first, split
/// when a transfer gives its members different requests, merged when two have the same state again. Nothing is approximated: a split
/// copies the whole state, a merge compares it.
/// </summary>
/// <remarks>
/// Classes need a mapping whose lowest address bits select the channel, so that channels differ in nothing but their number; and no record of
/// commands or requests. Otherwise each channel is a class of its own.
/// </remarks>
public sealed partial class DramSystem
{
    /// <summary>Runs of a descriptor that are worked out beforehand; longer ones are walked by each channel for itself.</summary>
    private const int MostListedRuns = 1 << 14;
    private const int MergeInterval = 256;

    private readonly List<ChannelClass> _classes = [];
    private readonly Stack<Channel> _spare = new();
    private readonly List<long> _thresholds = [];

    /// <summary>Places of runs, within a stripe, that give all members of each class the same.</summary>
    private readonly HashSet<(long Start, long Bytes)> _fitting = [];
    private readonly List<int> _intervals = [];
    private readonly List<RequestRun[]> _runsOfIntervals = [];
    // Booked so far for channels that were simulated together; latencies over all of them, since no report tells them apart.
    private readonly LatencyHistogram _settledLatencies = new();
    private Counters[][]? _settled;
    private int[]? _orderOf;
    private long[] _names = [];
    private long _nextMerge;
    private long _lastOfMerged = -1;

    /// <summary>Channels that are simulated; the others are in the same state as one of them.</summary>
    public int SimulatedChannels => _classes.Count;

    private void MakeClasses()
    {
        var mayShare = Mode != SimulationMode.Naive && _recording == Recording.None && Config.Controller.FrontEnd == FrontEnd.PerChannel;
        _orderOf = mayShare ? Interleave() : null;
        _names = new long[Config.Channels];
        if (_orderOf is not null)
        {
            _classes.Add(new ChannelClass(MakeChannel(0, new ChannelLog(), _tables[0]), [.. Enumerable.Range(0, Config.Channels)]));
            _settled ??= EmptyCounters();
            return;
        }

        for (var i = 0; i < Config.Channels; i++)
        {
            var log = new ChannelLog
            {
                Commands = _recording.HasFlag(Recording.Commands) ? [] : null,
                Completions = _recording.HasFlag(Recording.Completions) ? [] : null,
            };
            _classes.Add(new ChannelClass(MakeChannel(i, log, _tables[i % _tables.Length]), [i]));
        }

        if (Config.Controller.FrontEnd == FrontEnd.InOrder)
        {
            _frontEnd = new InOrderFrontEnd(
                [.. _classes.Select(c => c.Channel)], _mapping, [.. _addressing.Select((_, part) => AddressingOf(part))], Config.Device.AccessBytes);
        }
    }

    private Channel ChannelOf(int number) => _classes.Count == Config.Channels ? _classes[number].Channel : _classes.First(c => c.Members.Contains(number)).Channel;

    /// <summary>For each part its place among consecutive bursts; null unless the lowest address bits alone select the part.</summary>
    private int[]? Interleave()
    {
        var parts = _addressing.Length;
        var selector = _mapping.StartOf(Field.PseudoChannel);
        for (var bit = 0; bit < _mapping.AddressBits; bit++)
        {
            if (bit >= selector ? (_mapping.Masks[bit] & ~((ulong)parts - 1)) != 0 : (_mapping.Masks[bit] & ((ulong)parts - 1)) != 0)
            {
                return null;
            }
        }

        var orderOf = new int[parts];
        for (var order = 0; order < parts; order++)
        {
            orderOf[PartOf((ulong)order)] = order;
        }

        return orderOf;
    }

    /// <summary>Splits classes whose members would not receive the same runs.</summary>
    private void SplitFor(DmaDescriptor descriptor)
    {
        if (_orderOf is null || _classes.Count == Config.Channels)
        {
            return;
        }

        // Two parts receive the same runs if no run begins or ends between their places.
        var (access, parts) = (Config.Device.AccessBytes, _orderOf.Length);
        var place = (descriptor.BaseAddress % StripeBytes, descriptor.RunBytes);
        var repeats = Repeats(descriptor);
        if (repeats && _fitting.Contains(place))
        {
            return;
        }

        _thresholds.Clear();
        foreach (var start in Starts(descriptor))
        {
            Note(start / access % parts);
            Note((start + descriptor.RunBytes + access - 1) / access % parts);
        }

        if (_thresholds.Count == 0)
        {
            return;
        }

        _thresholds.Sort();
        NameIntervals(descriptor);
        NameChannels();
        for (var i = _classes.Count - 1; i >= 0; i--)
        {
            if (!HaveOneName(_classes[i].Members))
            {
                Split(_classes[i], channel => _names[channel]);
            }
        }

        if (repeats)
        {
            _fitting.Add(place);
        }
    }

    /// <summary>Makes a class of the members of each name.</summary>
    private void Split(ChannelClass whole, Func<int, long> nameOf)
    {
        var groups = whole.Members.GroupBy(nameOf).Skip(1).Select(group => group.ToList()).ToList();
        if (groups.Count == 0)
        {
            return;
        }

        // What ended while the queues were brought up to date is noted before lists are copied.
        whole.Channel.Settle();
        Harvest();
        Settle(whole);
        foreach (var group in groups)
        {
            var channel = _spare.TryPop(out var spare) ? spare : MakeChannel(group[0], new ChannelLog(), _tables[0]);
            channel.CopyFrom(whole.Channel);
            _classes.Add(new ChannelClass(channel, group));
            whole.Members.RemoveAll(group.Contains);
        }
    }

    /// <summary>Each channel for itself from here on.</summary>
    private void Unshare()
    {
        foreach (var shared in _classes.Where(c => c.Members.Count > 1).ToList())
        {
            Split(shared, channel => channel);
        }

        _orderOf = null;
        _classes.Sort((a, b) => a.Members[0].CompareTo(b.Members[0]));
    }

    /// <summary>Makes one class of those that have the same state.</summary>
    private void Merge()
    {
        if (_orderOf is null || _classes.Count == 1 || Now.Value < _nextMerge)
        {
            return;
        }

        _nextMerge = Now.Value + MergeInterval;
        for (var i = 0; i < _classes.Count; i++)
        {
            for (var j = _classes.Count - 1; j > i; j--)
            {
                var (kept, dropped) = (_classes[i], _classes[j]);
                if (!kept.Channel.LooksLike(dropped.Channel))
                {
                    continue;
                }

                kept.Channel.Settle();
                dropped.Channel.Settle();
                Harvest();
                if (kept.Channel.HasFutureOf(dropped.Channel))
                {
                    Settle(kept);
                    Settle(dropped);
                    _fitting.Clear();
                    kept.Members.AddRange(dropped.Members);
                    _lastOfMerged = Math.Max(_lastOfMerged, dropped.Channel.Inputs.Max(input => input.Transfers.LastCompletion));
                    _spare.Push(dropped.Channel);
                    _classes.RemoveAt(j);
                }
            }
        }
    }

    /// <summary>Books what a class has counted with each of its members.</summary>
    private void Settle(ChannelClass shared)
    {
        Book([.. shared.Channel.Inputs.Select((_, i) => shared.Channel.CountersOf(i))], shared.Members);
        shared.Channel.ResetCounters();
    }

    /// <summary>Books counts of each pseudo-channel with some channels.</summary>
    private void Book(Counters[] counted, List<int> members)
    {
        for (var i = 0; i < counted.Length; i++)
        {
            _settledLatencies.Add(counted[i].Latencies, members.Count, counted[i][Peak.ReadLatency]);
            foreach (var member in members)
            {
                _settled![member][i].AddSums(counted[i]);
            }
        }
    }

    /// <summary>Counts of all parts, channel by channel, as they are now: those of a report do not change any more.</summary>
    private Counters[][] CountersOfAll()
    {
        if (_settled is null)
        {
            return [.. _classes.Select(c => c.Channel.Inputs.Select((_, i) => CountersOfAlone(c, i)).ToArray())];
        }

        _isBooked = true;
        _classes.ForEach(Settle);
        return [.. _settled.Select(channel => channel.Select(counted => counted.Copy()).ToArray())];
    }

    private Counters CountersOfAlone(ChannelClass alone, int pseudoChannel)
    {
        var all = alone.Channel.CountersOf(pseudoChannel).Copy();
        if (_earlier is not null)
        {
            all.Add(_earlier[alone.Members[0]][pseudoChannel]);
        }

        return all;
    }
}
