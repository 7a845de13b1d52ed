using Accel.Dram.Mapping;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>Channels that share one simulation.</summary>
internal sealed class ChannelGroup(Channel simulation, List<int> members)
{
    public Channel Simulation { get; } = simulation;

    /// <summary>Numbers of the channels, ascending.</summary>
    public List<int> Members { get; } = members;
}

/// <summary>
/// All channels of a memory. Channels with the same places behind their local numbers and the same input so far are in the same state, so one
/// simulation stands for all of them; the first input that tells two of them apart gives each a simulation of its own.
/// </summary>
/// <remarks>Exact: inputs are compared run by run, not by address or by hash. A transfer in whole stripes is the same run in every channel.</remarks>
internal sealed class ChannelGroups
{
    private readonly DramConfig _config;
    private readonly LocalAddressing[] _addressing;
    private readonly MemoTable[] _tables;
    private readonly List<ChannelGroup> _groups = [];
    private readonly ChannelGroup[] _groupOf;

    /// <summary>Idle channels.</summary>
    /// <param name="config">The memory.</param>
    /// <param name="addressing">Of each pseudo-channel, channel by channel.</param>
    /// <param name="tables">What remembering engines remember in; one per thread.</param>
    /// <param name="share">Whether channels may share a simulation.</param>
    /// <param name="make">A simulation of one channel.</param>
    public ChannelGroups(DramConfig config, LocalAddressing[] addressing, MemoTable[] tables, bool share, Func<int, MemoTable, Channel> make)
    {
        (_config, _addressing, _tables) = (config, addressing, tables);
        _groupOf = new ChannelGroup[config.Channels];
        for (var channel = 0; channel < config.Channels; channel++)
        {
            var twin = share ? _groups.Find(g => SamePlaces(g.Members[0], channel)) : null;
            if (twin is null)
            {
                _groups.Add(new ChannelGroup(make(channel, TableOf(channel)), [channel]));
            }
            else
            {
                twin.Members.Add(channel);
            }

            _groupOf[channel] = twin ?? _groups[^1];
        }
    }

    /// <summary>Every channel is in one of them.</summary>
    public IReadOnlyList<ChannelGroup> Groups => _groups;

    /// <summary>The simulation that stands for a channel.</summary>
    public Channel this[int channel] => _groupOf[channel].Simulation;

    /// <summary>The groups of one of several threads.</summary>
    public IEnumerable<ChannelGroup> OfThread(int thread) => _groups.Where(g => g.Members[0] % _tables.Length == thread);

    /// <summary>Splits groups until all members of each have the same runs of a transfer; nothing may be waiting to be collected from them.</summary>
    /// <param name="runs">The transfer's runs in a pseudo-channel (counted over all channels); equal for equal lists.</param>
    public void Split(Func<int, IReadOnlyList<RequestRun>> runs)
    {
        for (var i = _groups.Count - 1; i >= 0; i--)
        {
            if (_groups[i].Members.Count > 1)
            {
                Split(_groups[i], runs);
            }
        }
    }

    /// <summary>Gives every channel a simulation of its own.</summary>
    public void SplitAll()
    {
        for (var i = _groups.Count - 1; i >= 0; i--)
        {
            foreach (var member in _groups[i].Members[1..])
            {
                Part(_groups[i], [member]);
            }
        }
    }

    private void Split(ChannelGroup group, Func<int, IReadOnlyList<RequestRun>> runs)
    {
        var kinds = new List<(List<RequestRun>[] Runs, List<int> Members)>();
        foreach (var member in group.Members)
        {
            var own = Enumerable.Range(0, _config.Device.PseudoChannels).Select(p => runs(member * _config.Device.PseudoChannels + p).ToList()).ToArray();
            var kind = kinds.Find(k => k.Runs.Zip(own).All(pair => pair.First.SequenceEqual(pair.Second)));
            if (kind.Members is { } members)
            {
                members.Add(member);
            }
            else
            {
                kinds.Add((own, [member]));
            }
        }

        foreach (var (_, members) in kinds.Skip(1))
        {
            Part(group, members);
        }
    }

    /// <summary>Takes members out of a group into one of their own.</summary>
    private void Part(ChannelGroup group, List<int> members)
    {
        var parted = new ChannelGroup(group.Simulation.Fork(TableOf(members[0])), members);
        _groups.Add(parted);
        foreach (var member in members)
        {
            group.Members.Remove(member);
            _groupOf[member] = parted;
        }
    }

    private MemoTable TableOf(int channel) => _tables[channel % _tables.Length];

    private bool SamePlaces(int a, int b)
    {
        var count = _config.Device.PseudoChannels;
        for (var i = 0; i < count; i++)
        {
            if (!_addressing[a * count + i].SamePlacesAs(_addressing[b * count + i]))
            {
                return false;
            }
        }

        return true;
    }
}
