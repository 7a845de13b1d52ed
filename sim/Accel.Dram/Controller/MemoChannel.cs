using Accel.Dram.Mapping;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>
/// The event engine with a memory. While each pseudo-channel reads or writes one long contiguous run, it advances by steps: from one multiple
/// of <see cref="Grain"/> requests to the next, or to the cycle in which a refresh falls due. A step is looked up by what decides it, simulated
/// once, and from then on only counted. Steps that follow each other pair up into longer ones, as in HashLife, and those from one refresh to the
/// next make one.
/// </summary>
/// <remarks>
/// What decides a step: the channel's state relative to cycle and place (see <c>EventPseudoChannel.Save</c>), which refreshes fall due in its
/// first cycle, and the requests it may take in, given by the stream's place within its unit. When the next refresh is due does not matter to
/// a step that ends before. Nothing else is read by the engine while no other port has a request and no read can meet a queued write, which
/// the conditions of entry ensure. Starts and ends of runs are simulated.
/// </remarks>
internal sealed partial class MemoChannel : Channel
{
    /// <summary>Requests of the leading pseudo-channel in a step.</summary>
    private const int Grain = 64;
    private const int Levels = 12;
    private const int MostPseudoChannels = 2;
    private const int MostStates = 1 << 17;
    private const int Patience = 4096;

    private readonly EventChannel _engine;
    private readonly StreamGeometry?[] _geometry;
    private readonly MemoTable _table;
    private readonly int _window;
    private readonly int _interval;
    private readonly bool _logs;
    private readonly PortQueue?[] _ports;
    private readonly int[] _portNumbers;
    private readonly long[] _places;
    private readonly long[] _lastDone;
    private readonly long[] _due;
    private readonly (StepKey Key, Step Step)?[] _unpaired = new (StepKey, Step)?[Levels];
    private readonly List<Step> _sinceDue = [];
    private readonly List<long> _uses = [];
    private readonly List<Step?> _used = [];
    private readonly int[] _scratch;
    private readonly Counters[] _stepCounters;
    private int[]? _signatures;
    private StepKey? _dueKey;
    private int _leader;
    private int _state;
    private bool _engineIsThere;
    private long _simulated;
    private long _covered;
    private long _restUntil;

    public MemoChannel(EventChannel engine, AddressMapping mapping, LocalAddressing[] addressing, MemoTable table)
        : base(engine.Device, engine.Config, engine.Log, engine.Inputs)
    {
        _engine = engine;
        _table = table;
        var count = addressing.Length;
        var first = count <= MostPseudoChannels ? StreamGeometry.Of(addressing[0], mapping, Device, Config) : null;
        _geometry = [.. addressing.Select(a => first?.For(a, mapping, Device))];
        _interval = Config.Refresh == RefreshKind.PerBank ? Device.PerBankRefreshInterval : Device.RefreshInterval;
        _window = 2 * (Grain + Math.Max(Config.ReadQueue, Config.WriteQueue));
        _logs = Log.Commands is not null || Log.Completions is not null;
        _ports = new PortQueue?[count];
        _portNumbers = new int[count];
        _places = new long[count];
        _lastDone = new long[count];
        _due = new long[count * Device.Ranks];
        _scratch = new int[engine.PseudoChannels.Sum(p => p.MostStateWords) + 1 + 2 * engine.Buses.Length];
        _stepCounters = [.. addressing.Select(_ => new Counters())];
    }

    public override bool Drained => _engine.Drained;

    public override int Queued => _engine.Queued;

    public override long NextEvent => _engine.NextEvent;

    public override bool HoldsWrites(int pseudoChannel) => _engine.HoldsWrites(pseudoChannel);

    public override bool Offer(int pseudoChannel, long local, bool isWrite, int slot, int port, long ordinal) =>
        _engine.Offer(pseudoChannel, local, isWrite, slot, port, ordinal);

    public override bool IsOpen(int pseudoChannel, int rank) => _engine.IsOpen(pseudoChannel, rank);

    public override void Added(int pseudoChannel, long arrival) => _engine.Added(pseudoChannel, arrival);

    public override void CopyFrom(Channel other)
    {
        var memo = (MemoChannel)other;
        _engine.CopyFrom(memo._engine);
        (Now, _simulated, _covered, _restUntil) = (memo.Now, memo._simulated, memo._covered, memo._restUntil);
    }

    public override bool HasFutureOf(Channel other) => _engine.HasFutureOf(((MemoChannel)other)._engine);

    public override void ResetCounters()
    {
        Count();
        _engine.ResetCounters();
    }

    public override Counters CountersOf(int pseudoChannel)
    {
        Count();
        return _engine.CountersOf(pseudoChannel);
    }

    public override void RunUntil(long limit)
    {
        while (Now < limit)
        {
            if (!TryRemember(limit))
            {
                _engine.RunUntil(NextTry(limit));
                Now = _engine.Now;
            }
        }
    }

    public override void RunUntilFinished(long limit)
    {
        // A remembered step ends before the run that it belongs to.
        while (Now < limit && !_engine.AnyFinished())
        {
            if (!TryRemember(limit))
            {
                _engine.RunUntilFinished(NextTry(limit));
                Now = _engine.Now;
            }
        }
    }

    public override void RunUntilDrained()
    {
        while (!_engine.Drained)
        {
            if (!TryRemember(long.MaxValue))
            {
                _engine.RunUntilDrained(NextTry(long.MaxValue));
                Now = _engine.Now;
            }
        }
    }

    /// <summary>How far to simulate before looking for a long run again.</summary>
    private long NextTry(long limit)
    {
        if (limit - Now <= 2 * Grain * Device.BurstTicks)
        {
            return limit;
        }

        if (Queued == 0 && Array.TrueForAll(Inputs, i => i.Empty))
        {
            return limit;
        }

        var next = Math.Max(Now, Queued == 0 ? Inputs.Min(i => i.Ports.Count == 0 ? long.MaxValue : i.Ports.Min(p => p.Arrival)) : Now);
        return Math.Min(limit, Math.Max(next, _restUntil) + 2 * Grain * Device.BurstTicks);
    }

    /// <summary>Goes on by remembered steps as far as they reach; false if the conditions do not hold.</summary>
    private bool TryRemember(long limit)
    {
        if (Now < _restUntil || limit - Now < Grain * Device.BurstTicks || !FindRuns())
        {
            return false;
        }

        Enter();
        var from = Now;
        while (RunsLast(_window) && Free(limit) is var free && free > 0)
        {
            var dueNow = DueNow();
            if (dueNow != 0 && TryInterval(dueNow, free))
            {
                continue;
            }

            if (!TryKnown(dueNow, free))
            {
                Learn(dueNow, free);
            }

            if (_simulated > Patience && 2 * _simulated > _covered)
            {
                _restUntil = Now + 64 * _simulated * Grain * Device.BurstTicks; // this stream does not repeat itself; simulate it
                (_simulated, _covered) = (0, 0);
                break;
            }
        }

        Leave();
        return Now > from;
    }

    private bool FindRuns()
    {
        var any = false;
        for (var i = 0; i < Inputs.Length; i++)
        {
            PortQueue? active = null;
            var ports = Inputs[i].Ports;
            for (var number = 0; number < ports.Count; number++)
            {
                if (ports[number].Arrival <= Now)
                {
                    if (active is not null)
                    {
                        return false;
                    }

                    (active, _portNumbers[i]) = (ports[number], number);
                }
            }

            if (_geometry[i] is null || (active is not null && active.Left <= 2 * _window) || _table.States > MostStates)
            {
                return false;
            }

            _ports[i] = active;
            _portNumbers[i] = active is null ? -1 : _portNumbers[i];
            _leader = !any && active is not null ? i : _leader;
            any |= active is not null;
            if (!_engine.PseudoChannels[i].HoldsOnly(active, _geometry[i]!))
            {
                return false;
            }
        }

        return any;
    }

    private void Enter()
    {
        for (var i = 0; i < Inputs.Length; i++)
        {
            _engine.PseudoChannels[i].CountActiveUntil(Now);
            _engine.PseudoChannels[i].Due.CopyTo(_due, i * Device.Ranks);
            _places[i] = _ports[i]?.Next ?? -1;
            _lastDone[i] = -1;
        }

        _state = NumberOfState();
        _engineIsThere = true;
        Array.Clear(_unpaired);
        _dueKey = null;
    }

    private void Leave()
    {
        Load();
        for (var i = 0; i < Inputs.Length; i++)
        {
            if (_ports[i] is { } port && _lastDone[i] >= 0)
            {
                Inputs[i].Transfers.NoteCompletion(port.Transfer, _lastDone[i]);
            }
        }
    }

    /// <summary>Cycles to the limit or to the next arrival at another port.</summary>
    private long Free(long limit)
    {
        var free = limit - Now;
        for (var i = 0; i < Inputs.Length; i++)
        {
            foreach (var port in Inputs[i].Ports)
            {
                free = port == _ports[i] || port.Left == 0 ? free : Math.Min(free, port.Arrival - Now);
            }
        }

        return free;
    }

    /// <summary>Cycles to the next refresh that falls due after the present cycle.</summary>
    private long ToDue()
    {
        var toDue = long.MaxValue;
        foreach (var due in _due)
        {
            toDue = due == long.MaxValue ? toDue : Math.Min(toDue, due == Now ? _interval : due - Now);
        }

        return toDue;
    }

    /// <summary>Whether every run goes on for some more requests within its region.</summary>
    private bool RunsLast(long requests)
    {
        for (var i = 0; i < Inputs.Length; i++)
        {
            if (_ports[i] is { } port
                && (port.Left <= requests || _geometry[i]!.Region(port.Next) != _geometry[i]!.Region(port.Next + requests)))
            {
                return false;
            }
        }

        return true;
    }

    private void Use(Step step)
    {
        while (_uses.Count <= step.Number)
        {
            _uses.Add(0);
            _used.Add(null);
        }

        _uses[step.Number]++;
        _used[step.Number] = step;
    }

    /// <summary>Adds up what the steps taken have counted: parts have lower numbers than what is made of them.</summary>
    private void Count()
    {
        for (var number = _uses.Count - 1; number >= 0; number--)
        {
            var times = _uses[number];
            if (times == 0)
            {
                continue;
            }

            _uses[number] = 0;
            var step = _used[number]!;
            foreach (var part in step.Parts)
            {
                Use(part);
                _uses[part.Number] += times - 1;
            }

            for (var i = 0; i < Inputs.Length && step.Counts is not null; i++)
            {
                _engine.PseudoChannels[i].Counters.Add(step.Counts[i], times);
            }
        }
    }
}
