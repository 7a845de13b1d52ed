using System.Numerics;
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
internal sealed class MemoChannel : Channel
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
    private readonly List<int> _scratch = [];
    private readonly Counters[] _stepCounters;
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
        _stepCounters = [.. addressing.Select(_ => new Counters())];
    }

    public override bool Drained => _engine.Drained;

    public override int Queued => _engine.Queued;

    public override long NextEvent => _engine.NextEvent;

    public override bool HoldsWrites(int pseudoChannel) => _engine.HoldsWrites(pseudoChannel);

    public override bool Offer(int pseudoChannel, long local, bool isWrite, int slot, int port, long ordinal) =>
        _engine.Offer(pseudoChannel, local, isWrite, slot, port, ordinal);

    public override void Added(int pseudoChannel, long arrival) => _engine.Added(pseudoChannel, arrival);

    public override Counters CountersOf(int pseudoChannel)
    {
        Settle();
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
        _scratch.Clear();
        for (var i = 0; i < Inputs.Length; i++)
        {
            var pseudoChannel = _engine.PseudoChannels[i];
            pseudoChannel.CountActiveUntil(Now);
            pseudoChannel.Save(_scratch, Now, _geometry[i]!, _ports[i]);
            pseudoChannel.Due.CopyTo(_due, i * Device.Ranks);
            _places[i] = _ports[i]?.Next ?? -1;
            _lastDone[i] = -1;
        }

        SaveBuses(_scratch);
        _state = _table.NumberOf(_scratch);
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

    /// <summary>Puts the engine into the present state, unless it is there.</summary>
    private void Load()
    {
        if (_engineIsThere)
        {
            return;
        }

        ReadOnlySpan<int> left = _table.State(_state);
        for (var i = 0; i < Inputs.Length; i++)
        {
            left = _engine.PseudoChannels[i].Load(left, Now, _geometry[i]!, _portNumbers[i], _due.AsSpan(i * Device.Ranks, Device.Ranks));
        }

        LoadBuses(left);
        _engine.Restart(Now);
        _engineIsThere = true;
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

    /// <summary>
    /// In a cycle in which a refresh falls due: makes one step of those since the last such cycle, and takes the known one to the next, if any.
    /// </summary>
    private bool TryInterval(int dueNow, long free)
    {
        if (_logs)
        {
            return false;
        }

        if (_dueKey is { } last && _sinceDue.Count > 1)
        {
            Join(last, _sinceDue);
        }

        var key = Key(-1, 0, dueNow);
        _sinceDue.Clear();
        var step = _table.Find(key);
        _dueKey = step is null ? key : null;
        if (step is null || step.Length > free || step.Length != ToDue() || !RunsLast(LargestOf(step.Taken) + (long)_window))
        {
            return false;
        }

        Use(step);
        Move(step);
        return true;
    }

    /// <summary>Takes the longest known step from here that ends in time.</summary>
    private bool TryKnown(int dueNow, long free)
    {
        var toDue = ToDue();
        var place = _ports[_leader]!.Next;
        var most = Math.Min(free, toDue);
        for (var level = _logs ? 0 : Math.Min(Levels - 1, place % Grain == 0 ? BitOperations.TrailingZeroCount(place / Grain) : 0); level >= 0; level--)
        {
            var key = Key(level, 0, dueNow);
            if (_table.Find(key) is { } step && step.Length <= most && (level == 0 || RunsLast(LargestOf(step.Taken) + (long)_window)))
            {
                Take(key, step);
                return true;
            }
        }

        if (toDue <= free && toDue <= int.MaxValue)
        {
            var key = Key(0, (int)toDue, dueNow);
            if (_table.Find(key) is { } cut)
            {
                Take(key, cut);
                return true;
            }
        }

        return false;
    }

    private static int LargestOf(int[] values)
    {
        var largest = values[0];
        for (var i = 1; i < values.Length; i++)
        {
            largest = Math.Max(largest, values[i]);
        }

        return largest;
    }

    private void Take(in StepKey key, Step step)
    {
        Use(step);
        _sinceDue.Add(step);
        Move(step);
        Pair(key, step);
    }

    /// <summary>Simulates the step from here, which is not known yet, and remembers it.</summary>
    private void Learn(int dueNow, long free)
    {
        var toDue = ToDue();
        var natural = Key(0, 0, dueNow);
        var cut = Key(0, (int)Math.Min(toDue, int.MaxValue), dueNow);
        var step = Simulate(Math.Min(free, toDue), out var ended);
        if (LargestOf(step.Taken) > _window || (!ended && free < toDue))
        {
            // It took in more than its key tells, or was cut short by something that is not in its key: counted, but not remembered.
            for (var i = 0; i < Inputs.Length; i++)
            {
                _engine.PseudoChannels[i].Counters.Add(step.Counts![i], 1);
            }

            Array.Clear(_unpaired);
            _dueKey = null;
            return;
        }

        // A step that could end by itself just when the refresh falls due may be known under the other key.
        var key = ended ? natural : cut;
        step = _table.Find(key) ?? step;
        if (step.Number == _table.Steps)
        {
            _table.Add(key, step);
        }

        Use(step);
        _sinceDue.Add(step);
        Pair(key, step);
    }

    /// <summary>Makes steps that follow each other, the first at an even multiple of its size, into one of the next level.</summary>
    private void Pair(StepKey key, Step step)
    {
        if (key.Length != 0 || _logs)
        {
            Array.Clear(_unpaired);
            return;
        }

        var end = _ports[_leader]!.Next;
        for (var level = key.Level; level < Levels - 1; level++)
        {
            var size = (long)Grain << level;
            if (end % size != 0)
            {
                Array.Clear(_unpaired);
                return;
            }

            if (end / size % 2 != 0)
            {
                // It is the first of a pair, if it began where the pair begins.
                Array.Clear(_unpaired, 0, level);
                _unpaired[level] = step.Taken[_leader] == size ? (key, step) : null;
                return;
            }

            if (_unpaired[level] is not var (firstKey, first) || step.Taken[_leader] != size || (long)first.Length + step.Length > int.MaxValue / 2)
            {
                Array.Clear(_unpaired, 0, level + 1);
                return;
            }

            _unpaired[level] = null;
            key = firstKey with { Level = level + 1, Place0 = ExactPlace(0, first, step), Place1 = Inputs.Length > 1 ? ExactPlace(1, first, step) : -1 };
            step = _table.Find(key) ?? Join(key, [first, step]);
        }
    }

    private Step Join(in StepKey key, IReadOnlyList<Step> parts)
    {
        var taken = new int[Inputs.Length];
        var lastDone = new long[Inputs.Length];
        Array.Fill(lastDone, -1);
        var length = 0;
        foreach (var part in parts)
        {
            for (var i = 0; i < Inputs.Length; i++)
            {
                taken[i] += part.Taken[i];
                lastDone[i] = part.LastDone[i] >= 0 ? length + part.LastDone[i] : lastDone[i];
            }

            length += part.Length;
        }

        var step = new Step { Number = _table.Steps, Length = length, Next = parts[^1].Next, Taken = taken, LastDone = lastDone, Parts = [.. parts] };
        _table.Add(key, step);
        return step;
    }

    private StepKey Key(int level, int length, int due) =>
        new(_state, level, length, due, Place(0, level), Inputs.Length > 1 ? Place(1, level) : -1);

    /// <summary>Where a stream stands, as far as a step can tell.</summary>
    private long Place(int index, int level)
    {
        if (_ports[index] is not { } port)
        {
            return -1;
        }

        var geometry = _geometry[index]!;
        var within = port.Next & ((1L << geometry.UnitBits) - 1);
        if (level == 0)
        {
            // What follows within the window, and how far the step has to go.
            within = _geometry[0]!.Signatures(_window)[within] * (long)Grain + (index == _leader ? port.Next % Grain : 0);
        }

        return (geometry.Region(port.Next) << 32) | (within << 1) | (port.IsWrite ? 1L : 0);
    }

    /// <summary>The exact place from which two steps have just led here.</summary>
    private long ExactPlace(int index, Step first, Step second)
    {
        if (_ports[index] is not { } port)
        {
            return -1;
        }

        var geometry = _geometry[index]!;
        var start = port.Next - first.Taken[index] - second.Taken[index];
        return (geometry.Region(start) << 32) | ((start & ((1L << geometry.UnitBits) - 1)) << 1) | (port.IsWrite ? 1L : 0);
    }

    private int DueNow()
    {
        var bits = 0;
        for (var i = 0; i < _due.Length; i++)
        {
            bits |= _due[i] == Now ? 1 << i : 0;
        }

        return bits;
    }

    private void Move(Step step)
    {
        if (_logs)
        {
            Replay(step.Log!);
        }

        for (var i = 0; i < _due.Length; i++)
        {
            _due[i] += _due[i] == Now ? _interval : 0;
        }

        for (var i = 0; i < Inputs.Length; i++)
        {
            _ports[i]?.Skip(step.Taken[i]);
            _lastDone[i] = step.LastDone[i] >= 0 ? Now + step.LastDone[i] : _lastDone[i];
        }

        Now += step.Length;
        _state = step.Next;
        _engineIsThere = false;
        _covered += 1L + step.Taken[_leader] / Grain;
    }

    /// <summary>Simulates to the leader's next multiple of the grain, or for a number of cycles if that comes first.</summary>
    private Step Simulate(long most, out bool ended)
    {
        Load();
        var live = new Counters[Inputs.Length];
        var taken = new int[Inputs.Length];
        var done = new long[Inputs.Length];
        var (commands, completions) = (Log.Commands?.Count ?? 0, Log.Completions?.Count ?? 0);
        for (var i = 0; i < Inputs.Length; i++)
        {
            live[i] = _engine.PseudoChannels[i].Counters;
            _stepCounters[i].Clear();
            _engine.PseudoChannels[i].Counters = _stepCounters[i];
            _places[i] = _ports[i]?.Next ?? 0;
            Inputs[i].Transfers.WatchLast(_ports[i]?.Transfer ?? -1);
        }

        var start = Now;
        ended = _engine.RunUntilTaken(_leader, _ports[_leader]!, (_ports[_leader]!.Next / Grain + 1) * Grain, start + most);
        Now = _engine.Now;
        _scratch.Clear();
        var counts = new StepCounts[Inputs.Length];
        for (var i = 0; i < Inputs.Length; i++)
        {
            var pseudoChannel = _engine.PseudoChannels[i];
            pseudoChannel.CountActiveUntil(Now);
            pseudoChannel.Save(_scratch, Now, _geometry[i]!, _ports[i]);
            pseudoChannel.Due.CopyTo(_due, i * Device.Ranks);
            pseudoChannel.Counters = live[i];
            taken[i] = _ports[i] is { } port ? (int)(port.Next - _places[i]) : 0;
            var last = Inputs[i].Transfers.WatchedLast();
            done[i] = last < 0 ? -1 : last - start;
            _lastDone[i] = last < 0 ? _lastDone[i] : last;
            counts[i] = new StepCounts([.. _stepCounters[i].Sums], [.. _stepCounters[i].Peaks], _stepCounters[i].Latencies.TakeNonEmpty(_stepCounters[i][Peak.ReadLatency]));
        }

        SaveBuses(_scratch);
        _state = _table.NumberOf(_scratch);
        _simulated++;
        _covered++;
        return new Step
        {
            Number = _table.Steps,
            Length = (int)(Now - start),
            Next = _state,
            Taken = taken,
            LastDone = done,
            Counts = counts,
            Log = _logs ? Relative(start, commands, completions) : null,
        };
    }

    private StepLog Relative(long start, int firstCommand, int firstCompletion)
    {
        var commands = Log.Commands?[firstCommand..].Select(c => c with
        {
            Cycle = c.Cycle - start,
            Bank = c.Local >= 0 ? 0 : c.Bank,
            Local = c.Local >= 0 ? c.Local - _places[c.PseudoChannel] : long.MinValue,
        });
        var completions = Log.Completions?[firstCompletion..].Select(c => c with
        {
            Cycle = c.Cycle - start,
            Ordinal = c.Ordinal + _ports[c.PseudoChannel]!.Next - _ports[c.PseudoChannel]!.Ordinal - _places[c.PseudoChannel],
        });
        return new StepLog([.. commands ?? []], [.. completions ?? []]);
    }

    private void Replay(StepLog log)
    {
        foreach (var c in log.Commands)
        {
            var refresh = c.Local == long.MinValue;
            var local = refresh ? -1 : c.Local + _ports[c.PseudoChannel]!.Next;
            Log.Commands!.Add(c with
            {
                Cycle = c.Cycle + Now,
                Local = local,
                Bank = refresh ? c.Bank : _engine.PseudoChannels[c.PseudoChannel].BankOf(local),
            });
        }

        foreach (var c in log.Completions)
        {
            Log.Completions!.Add(c with { Cycle = c.Cycle + Now, Ordinal = c.Ordinal + _ports[c.PseudoChannel]!.Ordinal, Port = _portNumbers[c.PseudoChannel] });
        }
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
    private void Settle()
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

    private void SaveBuses(List<int> state)
    {
        state.Add(_engine.LastServed);
        foreach (var bus in _engine.Buses)
        {
            var age = Now - bus.Base;
            var taken = age < 64 ? bus.Taken >> (int)age : 0;
            state.Add((int)taken);
            state.Add((int)(taken >> 32));
        }
    }

    private void LoadBuses(ReadOnlySpan<int> state)
    {
        _engine.LastServed = state[0];
        for (var i = 0; i < _engine.Buses.Length; i++)
        {
            var bus = _engine.Buses[i];
            bus.Taken = (uint)state[2 * i + 1] | ((ulong)(uint)state[2 * i + 2] << 32);
            bus.Base = Now;
            bus.Clear = Now + 64 - BitOperations.LeadingZeroCount(bus.Taken);
        }
    }
}
