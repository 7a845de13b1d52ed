using System.Globalization;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Mapping;
using Accel.Dram.Reports;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram;

/// <summary>
/// A simulated memory. Transfers are added, up front or as time goes by; time is advanced; completions come out, exact to the cycle.
/// Ports stand for requesters: each keeps the order of its own transfers, and ports take turns.
/// </summary>
/// <remarks>
/// Between two calls all channels are independent, and run on several threads if so configured, with the same outcome.
/// A transfer must not start before <see cref="Now"/>: no channel is ever taken past a cycle whose inputs may still change.
/// </remarks>
public sealed partial class DramSystem
{
    private const long MostComparedRuns = 1 << 20;

    private sealed class Transfer
    {
        public required int Port { get; init; }
        public required long Earliest { get; init; }
        public required UInt128 Bytes { get; init; }
        public int PartsLeft;
        public int PartsToEnter;
        public long Completion = -1;

        /// <summary>A bound on its completion, and the look at the channels in which it was found.</summary>
        public long EarliestEnd;
        public long Look;
        public TracePart[]? Parts;
        public TraceCursor[]? Cursors;
        public int TraceLength;
    }

    private readonly AddressMapping _mapping;
    private readonly LocalAddressing[] _addressing;
    private readonly ChannelGroups _channels;
    private readonly long _stripeBytes;
    private readonly MemoTable[] _tables;
    private readonly List<Transfer> _transfers = [];
    private readonly InOrderFrontEnd? _frontEnd;
    private readonly Recording _recording;
    private readonly int _threads;

    /// <summary>An idle memory.</summary>
    /// <param name="config">What it is made of; checked here.</param>
    /// <param name="mode">How it is simulated.</param>
    /// <param name="threads">Threads that share the channels.</param>
    /// <param name="recording">What to write down.</param>
    /// <exception cref="InputException">The configuration contradicts itself.</exception>
    public DramSystem(DramConfig config, SimulationMode mode = SimulationMode.Memo, int threads = 1, Recording recording = Recording.None)
    {
        _mapping = config.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Config = config;
        Mode = mode;
        _threads = threads;
        _recording = recording;
        var device = config.Device;
        _addressing = new LocalAddressing[config.Channels * device.PseudoChannels];
        for (var i = 0; i < _addressing.Length; i++)
        {
            _addressing[i] = new LocalAddressing(_mapping, i / device.PseudoChannels, i % device.PseudoChannels);
        }

        // Records tell channels apart, and a strict front end lets each wait for the others.
        var share = mode == SimulationMode.Memo && recording == Recording.None && config.Controller.FrontEnd == FrontEnd.PerChannel;
        _stripeBytes = _addressing[0].StripeBursts * device.AccessBytes;
        _tables = [.. Enumerable.Range(0, Math.Min(threads, config.Channels)).Select(_ => new MemoTable())];
        _channels = new ChannelGroups(config, _addressing, _tables, share, MakeChannel);
        if (config.Controller.FrontEnd == FrontEnd.InOrder)
        {
            _frontEnd = new InOrderFrontEnd([.. _channels.Groups.Select(g => g.Simulation)], _mapping, _addressing, device.AccessBytes);
        }
    }

    public DramConfig Config { get; }

    public SimulationMode Mode { get; }

    /// <summary>All cycles below this one have been simulated.</summary>
    public Cycles Now { get; private set; }

    /// <summary>Distinct states and steps kept by <see cref="SimulationMode.Memo"/>.</summary>
    public (int States, int Steps) Remembered => (_tables.Sum(t => t.States), _tables.Sum(t => t.Steps));

    /// <summary>
    /// Channels simulated apart. In <see cref="SimulationMode.Memo"/> one simulation stands for all channels that had the same input so far.
    /// </summary>
    public int SimulatedChannels => _channels.Groups.Count;

    /// <summary>Adds a transfer.</summary>
    /// <param name="descriptor">What to move.</param>
    /// <param name="earliest">First cycle in which its requests may enter a queue; not before <see cref="Now"/>.</param>
    /// <param name="port">The requester, 0 to 63.</param>
    /// <returns>The transfer's number, counted from 0.</returns>
    /// <exception cref="InputException">The descriptor leaves the memory or is empty.</exception>
    public int Enqueue(DmaDescriptor descriptor, Cycles earliest = default, int port = 0)
    {
        CheckPort(port);
        descriptor.Check(Config.CapacityBytes);
        if (earliest < Now || earliest.Value > RequestTrace.LatestArrival)
        {
            throw new InputException("descriptor", "start", $"a cycle of {Now.Value} to {RequestTrace.LatestArrival}", $"{earliest.Value}");
        }

        var access = Config.Device.AccessBytes;
        Tell(descriptor, earliest.Value);
        var number = AddTransfer(new Transfer { Port = port, Earliest = earliest.Value, Bytes = descriptor.TotalBytes });
        if (_frontEnd is not null)
        {
            _frontEnd.Add(port, number, InOrderFrontEnd.Bursts(descriptor, earliest.Value, access), OpenSlots(number));
            return number;
        }

        foreach (var group in _channels.Groups)
        {
            for (var i = 0; i < Config.Device.PseudoChannels; i++)
            {
                var addressing = _addressing[group.Members[0] * Config.Device.PseudoChannels + i];
                Add(group, i, port, new DescriptorCursor(descriptor, earliest.Value, addressing, access), earliest.Value, number);
            }
        }

        return number;
    }

    /// <summary>Adds the requests of a trace as one transfer.</summary>
    /// <exception cref="InputException">A request lies beyond the capacity, or arrives before <see cref="Now"/>.</exception>
    public int Enqueue(RequestTrace trace, int port = 0)
    {
        CheckPort(port);
        trace.Check(Config.CapacityBytes);
        if (trace.Count > 0 && trace[0].Arrival < Now.Value)
        {
            throw new InputException(trace.Name, "request 0", $"an arrival cycle of {Now.Value} or later", $"{trace[0].Arrival}");
        }

        var access = Config.Device.AccessBytes;
        var transfer = new Transfer
        {
            Port = port,
            Earliest = Now.Value,
            Bytes = (UInt128)trace.Count * (UInt128)access,
            TraceLength = trace.Count,
        };
        var parts = _frontEnd is null ? SplitTrace(trace, access) : [];
        Harvest();
        _channels.Split(part => parts[part].Runs);
        var number = AddTransfer(transfer);
        if (_frontEnd is not null)
        {
            _frontEnd.Add(port, number, InOrderFrontEnd.Bursts(trace, access), OpenSlots(number));
            return number;
        }

        (transfer.Parts, transfer.Cursors) = (parts, new TraceCursor[parts.Length]);
        foreach (var group in _channels.Groups)
        {
            for (var i = 0; i < Config.Device.PseudoChannels; i++)
            {
                var part = group.Members[0] * Config.Device.PseudoChannels + i;
                transfer.Cursors[part] = new TraceCursor(parts[part]);
                Add(group, i, port, transfer.Cursors[part], parts[part].FirstArrival, number);
            }
        }

        return number;
    }

    /// <summary>The cycle in which the last data of a transfer was moved; null while it is under way.</summary>
    public Cycles? Completion(int transfer) => _transfers[transfer] is { PartsLeft: 0 } done ? new Cycles(done.Completion) : null;

    /// <summary>The completion cycle of each request of a trace, in its order; -1 for those still under way.</summary>
    /// <exception cref="InvalidOperationException">Completions were not recorded, or the transfer is not a trace.</exception>
    public long[] RequestCompletions(int transfer)
    {
        if (!_recording.HasFlag(Recording.Completions) || (_transfers[transfer].Cursors is null && _frontEnd is null))
        {
            throw new InvalidOperationException("Completions are recorded for traces, when asked for at construction.");
        }

        var trace = _transfers[transfer];
        var result = new long[trace.TraceLength];
        Array.Fill(result, -1);
        for (var channel = 0; channel < Config.Channels; channel++)
        {
            foreach (var done in _channels[channel].Log.Completions!)
            {
                var part = channel * Config.Device.PseudoChannels + done.PseudoChannel;
                var first = trace.Cursors?[part].FirstOrdinal ?? _frontEnd!.FirstOrdinalOf(transfer);
                var place = done.Ordinal - first;
                var places = trace.Parts?[part].Places;
                if (done.Port == trace.Port && first >= 0 && place >= 0 && place < (places?.Count ?? result.Length))
                {
                    result[places is null ? (int)place : places[(int)place]] = done.Cycle;
                }
            }
        }

        return result;
    }

    /// <summary>The commands issued so far by one channel, in order of time.</summary>
    /// <exception cref="InvalidOperationException">Commands were not recorded.</exception>
    public IEnumerable<RecordedCommand> CommandsOf(int channel)
    {
        var log = _channels[channel].Log.Commands ?? throw new InvalidOperationException("Commands are recorded when asked for at construction.");
        var device = Config.Device;
        foreach (var (cycle, command, pseudoChannel, bank, local) in log)
        {
            var (rank, inRank) = Math.DivRem(bank, device.BanksPerRank);
            var (group, inGroup) = Math.DivRem(inRank, device.BanksPerGroup);
            var word = local < 0 ? 0 : _addressing[channel * device.PseudoChannels + pseudoChannel].Decode(local);
            yield return new RecordedCommand(
                cycle, command, channel, pseudoChannel, rank, group, inGroup,
                command == Command.Activate || command.IsColumn() ? _mapping.Extract(word, Field.Row) : -1,
                command.IsColumn() ? _mapping.Extract(word, Field.Column) : -1);
        }
    }

    private static void CheckPort(int port)
    {
        if (port is < 0 or >= PseudoChannelInput.MostPorts)
        {
            throw new InputException("port", "", $"0 to {PseudoChannelInput.MostPorts - 1}", port.ToString(CultureInfo.InvariantCulture));
        }
    }

    private int AddTransfer(Transfer transfer)
    {
        transfer.PartsLeft = _addressing.Length;
        transfer.PartsToEnter = _addressing.Length;
        _transfers.Add(transfer);
        _unfinished++;
        return _transfers.Count - 1;
    }

    /// <summary>Gives a group's pseudo-channel its part of a transfer. One without requests ends here: it must not wait behind others.</summary>
    private void Add(ChannelGroup group, int pseudoChannel, int port, RunCursor cursor, long arrival, int number)
    {
        if (cursor.Empty)
        {
            EnterParts(number, group.Members.Count);
            EndParts(number, group.Members.Count, cycle: -1);
            return;
        }

        var input = group.Simulation.Inputs[pseudoChannel];
        cursor.Transfer = input.Transfers.Add(number);
        input.Port(port).Add(cursor);
        group.Simulation.Added(pseudoChannel, arrival);
    }

    private int[] OpenSlots(int number) =>
        [.. Enumerable.Range(0, Config.Channels).SelectMany(c => _channels[c].Inputs).Select(i => i.Transfers.Add(number))];

    /// <summary>Tells apart the channels that a descriptor gives different work.</summary>
    private void Tell(DmaDescriptor descriptor, long earliest)
    {
        if (_channels.Groups.Count == Config.Channels || IsUniform(descriptor))
        {
            return;
        }

        Harvest();
        if (descriptor.Runs * _addressing.Length > MostComparedRuns)
        {
            _channels.SplitAll();
            return;
        }

        var buffer = new RequestRun[64];
        var runs = new List<RequestRun>();
        _channels.Split(part =>
        {
            runs.Clear();
            var cursor = new DescriptorCursor(descriptor, earliest, _addressing[part], Config.Device.AccessBytes);
            for (var count = cursor.Next(buffer); count > 0; count = cursor.Next(buffer))
            {
                runs.AddRange(buffer.AsSpan(0, count));
            }

            return runs;
        });
    }

    /// <summary>Whether each run begins and ends with a stripe over all channels, so that all do the same for it.</summary>
    private bool IsUniform(DmaDescriptor descriptor)
    {
        var offsets = descriptor.BaseAddress | descriptor.RunBytes;
        foreach (var loop in descriptor.Loops)
        {
            offsets |= loop.StrideBytes;
        }

        return (offsets & (_stripeBytes - 1)) == 0;
    }

    private Channel MakeChannel(int channel, MemoTable table)
    {
        var device = Config.Device;
        var log = new ChannelLog
        {
            Commands = _recording.HasFlag(Recording.Commands) ? [] : null,
            Completions = _recording.HasFlag(Recording.Completions) ? [] : null,
        };
        var addressing = _addressing[(channel * device.PseudoChannels)..((channel + 1) * device.PseudoChannels)];
        return Mode switch
        {
            SimulationMode.Naive => new NaiveChannel(device, Config.Controller, _mapping, addressing, log),
            SimulationMode.Event => new EventChannel(device, Config.Controller, _mapping, addressing, log),
            _ => new MemoChannel(new EventChannel(device, Config.Controller, _mapping, addressing, log), _mapping, addressing, table),
        };
    }

    private TracePart[] SplitTrace(RequestTrace trace, int access)
    {
        var places = _recording.HasFlag(Recording.Completions);
        TracePart[] parts = [.. _addressing.Select(_ => new TracePart { Places = places ? [] : null })];
        for (var i = 0; i < trace.Count; i++)
        {
            var request = trace[i];
            var burst = (ulong)(request.Address / access);
            var part = PartOf(burst);
            parts[part].Add((long)_addressing[part].CountBelow(burst), request.Arrival, request.IsWrite, i);
        }

        return parts;
    }

    private int PartOf(ulong burst)
    {
        if (_addressing.Length == 1)
        {
            return 0;
        }

        var word = _mapping.Apply(burst);
        return _mapping.Extract(word, Field.Channel) * Config.Device.PseudoChannels + _mapping.Extract(word, Field.PseudoChannel);
    }
}
