using System.Globalization;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Controller.Reach;
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
    private const int MostPorts = PseudoChannelInput.MostPorts;

    private readonly AddressMapping _mapping;
    private readonly LocalAddressing?[] _addressing;
    private readonly MemoTable[] _tables;
    private readonly ReachTable _reached = new();
    private readonly WindowShapes _windows;
    private readonly Dictionary<int, DramTransfer> _transfers = [];
    private int _added;
    private InOrderFrontEnd? _frontEnd;
    private bool _isRestarted;
    private readonly Recording _recording;
    private readonly int _threads;

    /// <summary>An idle memory.</summary>
    /// <param name="config">What it is made of; checked here.</param>
    /// <param name="mode">How it is simulated.</param>
    /// <param name="threads">Threads that share the channels.</param>
    /// <param name="recording">What to write down.</param>
    /// <param name="isRestarted">Whether it begins in the state of a memory after <see cref="Restart"/>.</param>
    /// <exception cref="InputException">The configuration contradicts itself.</exception>
    public DramSystem(
        DramConfig config, SimulationMode mode = SimulationMode.Memo, int threads = 1, Recording recording = Recording.None, bool isRestarted = false)
    {
        _mapping = config.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Config = config;
        Mode = mode;
        _threads = threads;
        _recording = recording;
        _addressing = new LocalAddressing?[config.Channels * config.Device.PseudoChannels];
        _tables = [.. Enumerable.Range(0, Math.Min(threads, config.Channels)).Select(_ => new MemoTable())];
        _windows = new WindowShapes(config.Device);
        _restart = new RestartSequence(config.Device);
        _isRestarted = isRestarted;
        MakeClasses();
    }

    public DramConfig Config { get; }

    public SimulationMode Mode { get; }

    /// <summary>
    /// Whether a transfer is forgotten once its completion has been handed out, so that a run of any length takes the same memory;
    /// <see cref="Completion"/> then knows those under way alone.
    /// </summary>
    public bool ForgetsCompleted { get; init; }

    /// <summary>Steps that <see cref="SimulationMode.Reach"/> keeps at most, of about 2 KB each.</summary>
    public int MostStepsKept
    {
        get => _reached.MostSteps;
        init => _reached.MostSteps = value;
    }

    /// <summary>All cycles below this one have been simulated.</summary>
    public Cycles Now { get; private set; }

    /// <summary>Distinct states and steps kept by <see cref="SimulationMode.Memo"/> and <see cref="SimulationMode.Reach"/>.</summary>
    public (int States, int Steps) Remembered => (_tables.Sum(t => t.States) + _reached.Queues, _tables.Sum(t => t.Steps) + _reached.Steps);

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

        var number = AddTransfer(new DramTransfer { Port = port, Earliest = earliest.Value, Bytes = descriptor.TotalBytes });
        var access = Config.Device.AccessBytes;
        if (_frontEnd is not null)
        {
            _frontEnd.Add(port, number, InOrderFrontEnd.Bursts(descriptor, earliest.Value, access), OpenSlots(number));
            return number;
        }

        Merge();
        AddParts(number, descriptor, earliest.Value, port);
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
        var transfer = new DramTransfer
        {
            Port = port,
            Earliest = Now.Value,
            Bytes = (UInt128)trace.Count * (UInt128)access,
            TraceLength = trace.Count,
        };
        var number = AddTransfer(transfer);
        if (_frontEnd is not null)
        {
            _frontEnd.Add(port, number, InOrderFrontEnd.Bursts(trace, access), OpenSlots(number));
            return number;
        }

        Unshare();
        var cursors = SplitTrace(trace, access, number);
        transfer.Cursors = cursors;
        for (var i = 0; i < cursors.Length; i++)
        {
            var (channel, pseudoChannel) = Math.DivRem(i, Config.Device.PseudoChannels);
            var first = cursors[i].FirstArrival;
            ChannelOf(channel).Inputs[pseudoChannel].Port(port).Add(cursors[i]);
            ChannelOf(channel).Added(pseudoChannel, first);
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
            foreach (var done in ChannelOf(channel).Log.Completions!)
            {
                var part = channel * Config.Device.PseudoChannels + done.PseudoChannel;
                var first = trace.Cursors?[part].FirstOrdinal ?? _frontEnd!.FirstOrdinalOf(transfer);
                var place = done.Ordinal - first;
                var places = trace.Cursors?[part].Places;
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
        var log = ChannelOf(channel).Log.Commands ?? throw new InvalidOperationException("Commands are recorded when asked for at construction.");
        var device = Config.Device;
        foreach (var (cycle, command, pseudoChannel, bank, local) in log)
        {
            var (rank, inRank) = Math.DivRem(bank, device.BanksPerRank);
            var (group, inGroup) = Math.DivRem(inRank, device.BanksPerGroup);
            var word = local < 0 ? 0 : AddressingOf(channel * device.PseudoChannels + pseudoChannel).Decode(local);
            yield return new RecordedCommand(
                cycle, command, channel, pseudoChannel, rank, group, inGroup,
                command == Command.Activate || command.IsColumn() ? _mapping.Extract(word, Field.Row) : -1,
                command.IsColumn() ? _mapping.Extract(word, Field.Column) : -1);
        }
    }

    /// <summary>The address space of a part, made when it is first asked for.</summary>
    private LocalAddressing AddressingOf(int part) =>
        _addressing[part] ??= new LocalAddressing(_mapping, part / Config.Device.PseudoChannels, part % Config.Device.PseudoChannels);

    private Channel MakeChannel(int number, ChannelLog log, MemoTable table)
    {
        var (device, policy) = (Config.Device, _isRestarted ? Config.Controller with { RefreshedBefore = _restart.RefreshedBefore } : Config.Controller);
        LocalAddressing[] addressing = [.. Enumerable.Range(number * device.PseudoChannels, device.PseudoChannels).Select(AddressingOf)];
        return Mode switch
        {
            SimulationMode.Naive => new NaiveChannel(device, policy, _mapping, addressing, log),
            SimulationMode.Event => new EventChannel(device, policy, _mapping, addressing, log),
            SimulationMode.Reach => new ReachChannel(new EventChannel(device, policy, _mapping, addressing, log), _mapping, addressing, _reached, _windows),
            _ => new MemoChannel(new EventChannel(device, policy, _mapping, addressing, log), _mapping, addressing, table),
        };
    }

    private static void CheckPort(int port)
    {
        if (port is < 0 or >= MostPorts)
        {
            throw new InputException("port", "", $"0 to {MostPorts - 1}", port.ToString(CultureInfo.InvariantCulture));
        }
    }

    private int AddTransfer(DramTransfer transfer)
    {
        transfer.PartsLeft = _addressing.Length;
        transfer.PartsToEnter = _addressing.Length;
        _transfers.Add(_added, transfer);
        return _added++;
    }

    private void AddParts(int number, DmaDescriptor descriptor, long earliest, int port)
    {
        var isListed = descriptor.Runs <= MostListedRuns;
        if (isListed)
        {
            SplitFor(descriptor);
        }
        else
        {
            Unshare();
        }

        var (perChannel, transfer) = (Config.Device.PseudoChannels, _transfers[number]);
        RequestRun[] runs = [];
        foreach (var shared in _classes)
        {
            for (var i = 0; i < perChannel; i++)
            {
                var input = shared.Channel.Inputs[i];
                var queue = input.Port(port);
                var part = (shared.Members[0] * perChannel) + i;
                runs = isListed ? RunsOf(descriptor, earliest, part, runs) : [];
                if (isListed && runs.Length == 0)
                {
                    // Nothing falls here: done, whatever waits before it in the port.
                    transfer.PartsLeft -= shared.Members.Count;
                    transfer.PartsToEnter -= shared.Members.Count;
                    continue;
                }

                var slot = input.Transfers.Add(number);
                queue.Add(isListed
                    ? new RunListCursor(runs, slot)
                    : new DescriptorCursor(descriptor, earliest, AddressingOf(part), Config.Device.AccessBytes, slot));
                shared.Channel.Added(i, earliest);
            }
        }
    }

    private int[] OpenSlots(int number) =>
        [.. _classes.SelectMany(c => c.Channel.Inputs).Select(i => i.Transfers.Add(number))];

    private TraceCursor[] SplitTrace(RequestTrace trace, int access, int number)
    {
        var cursors = new TraceCursor[_addressing.Length];
        for (var i = 0; i < cursors.Length; i++)
        {
            var (channel, pseudoChannel) = Math.DivRem(i, Config.Device.PseudoChannels);
            cursors[i] = new TraceCursor(ChannelOf(channel).Inputs[pseudoChannel].Transfers.Add(number))
            {
                Places = _recording.HasFlag(Recording.Completions) ? [] : null,
            };
        }

        for (var i = 0; i < trace.Count; i++)
        {
            var request = trace[i];
            var burst = (ulong)(request.Address / access);
            var part = PartOf(burst);
            cursors[part].Add((long)AddressingOf(part).CountBelow(burst), request.Arrival, request.IsWrite, i);
        }

        return cursors;
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
