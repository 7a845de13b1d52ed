using System.Numerics;
using Accel.Dram.Mapping;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>
/// The event engine with a memory. While each pseudo-channel reads or writes one long contiguous run, time is cut into steps that end where a
/// refresh falls due; a step is looked up by what decides it, simulated once, and from then on only counted. Steps pair up into longer ones,
/// as in HashLife, so that a refresh interval takes a few look-ups.
/// </summary>
/// <remarks>
/// What decides a step: the channel's state relative to cycle and place (see <c>EventPseudoChannel.Save</c>), its length, which refreshes fall
/// due at its start, and the requests it may take in, given by the stream's place within its unit. Nothing else is read by the engine while
/// no other port has a request and no read can meet a queued write, which the conditions of entry ensure. Ends of runs are simulated.
/// </remarks>
internal sealed class MemoChannel : Channel
{
    private const int MostPseudoChannels = 2;
    private const int MostStates = 1 << 17;
    private const int Patience = 4096;

    private readonly EventChannel _engine;
    private readonly StreamGeometry?[] _geometry;
    private readonly MemoTable _table;
    private readonly int _leaf;
    private readonly int _levels;
    private readonly int _interval;
    private readonly bool _logs;
    private readonly PortQueue?[] _ports;
    private readonly int[] _portNumbers;
    private readonly long[] _places;
    private readonly long[] _lastDone;
    private readonly long[] _due;
    private readonly List<long> _uses = [];
    private readonly List<Step> _used = [];
    private readonly List<int> _scratch = [];
    private readonly Counters[] _stepCounters;
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
        _interval = Config.Refresh switch
        {
            RefreshKind.PerBank => Device.PerBankRefreshInterval,
            RefreshKind.AllBank => Device.RefreshInterval,
            _ => 1 << 16,
        };
        _leaf = LeafLength(_interval, Device.BurstTicks);
        _logs = Log.Commands is not null || Log.Completions is not null;
        _levels = _logs ? 0 : BitOperations.Log2((uint)Math.Max(1, _interval / _leaf));
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

    /// <summary>A step of 48 to 80 bursts, if possible one that divides the refresh interval.</summary>
    private static int LeafLength(int interval, int burst)
    {
        for (var length = 48 * burst; length <= Math.Min(80 * burst, interval); length++)
        {
            if (interval % length == 0)
            {
                return length;
            }
        }

        return Math.Min(64 * burst, interval);
    }

    /// <summary>How far to simulate before looking for a long run again.</summary>
    private long NextTry(long limit)
    {
        if (Queued == 0 && Array.TrueForAll(Inputs, i => i.Empty))
        {
            return limit;
        }

        var next = Math.Max(Now, Queued == 0 ? Inputs.Min(i => i.Ports.Count == 0 ? long.MaxValue : i.Ports.Min(p => p.Arrival)) : Now);
        return Math.Min(limit, Math.Max(next, _restUntil) + 2 * _leaf);
    }

    /// <summary>Requests a pseudo-channel can take in within a number of cycles: what is issued, and what fills its queue.</summary>
    private int MostTaken(int length) => length / Device.BurstTicks + 2 + Math.Max(Config.ReadQueue, Config.WriteQueue);

    /// <summary>Goes on by remembered steps as far as they reach; false if the conditions do not hold.</summary>
    private bool TryRemember(long limit)
    {
        if (Now < _restUntil || limit - Now < _leaf || !FindRuns())
        {
            return false;
        }

        Enter();
        var from = Now;
        while (NextLength(limit) is var (length, level) && length > 0)
        {
            Use(Walk(length, level));
            if (_simulated > Patience && 2 * _simulated > _covered)
            {
                _restUntil = Now + 64L * _simulated * _leaf; // this stream does not repeat itself; simulate it
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

            if (_geometry[i] is null || (active is not null && active.Left <= 4 * MostTaken(_leaf)) || _table.States > MostStates)
            {
                return false;
            }

            _ports[i] = active;
            _portNumbers[i] = active is null ? -1 : _portNumbers[i];
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

    /// <summary>Length and level of the next step: up to the next refresh, the limit, the next arrival or the end of a run.</summary>
    private (int Length, int Level) NextLength(long limit)
    {
        var toDue = long.MaxValue;
        foreach (var due in _due)
        {
            toDue = due == long.MaxValue ? toDue : Math.Min(toDue, due == Now ? _interval : due - Now);
        }

        var free = limit - Now;
        for (var i = 0; i < Inputs.Length; i++)
        {
            foreach (var port in Inputs[i].Ports)
            {
                free = port == _ports[i] || port.Left == 0 ? free : Math.Min(free, port.Arrival - Now);
            }
        }

        var level = _levels;
        while (level >= 0 && !(_leaf << level <= Math.Min(toDue, free) && RunsLast(_leaf << level)))
        {
            level--;
        }

        if (level >= 0)
        {
            return (_leaf << level, level);
        }

        return toDue < _leaf && toDue <= free && RunsLast(_leaf) ? ((int)toDue, 0) : (0, 0);
    }

    private bool RunsLast(int length)
    {
        for (var i = 0; i < Inputs.Length; i++)
        {
            if (_ports[i] is { } port)
            {
                var most = MostTaken(length);
                if (port.Left <= most || _geometry[i]!.Region(port.Next) != _geometry[i]!.Region(port.Next + most))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Advances by a step, remembered or worked out now; returns it.</summary>
    private Step Walk(int length, int level)
    {
        var key = new StepKey(_state, length, DueNow(), Place(0, length, level), Inputs.Length > 1 ? Place(1, length, level) : -1);
        var step = _table.Find(key);
        if (step is not null)
        {
            Move(step);
            return step;
        }

        if (level == 0)
        {
            step = Simulate(length);
        }
        else
        {
            var first = Walk(length / 2, level - 1);
            var second = Walk(length / 2, level - 1);
            step = new Step
            {
                Number = _table.Steps,
                Length = length,
                Next = second.Next,
                Taken = [.. first.Taken.Zip(second.Taken, (a, b) => a + b)],
                LastDone = [.. first.LastDone.Zip(second.LastDone, (a, b) => b >= 0 ? first.Length + b : a)],
                Parts = (first, second),
            };
        }

        _table.Add(key, step);
        return step;
    }

    /// <summary>Where a stream stands, as far as a step can tell: its direction, the region, and the place in the unit or what follows it.</summary>
    private long Place(int index, int length, int level)
    {
        if (_ports[index] is not { } port)
        {
            return -1;
        }

        var geometry = _geometry[index]!;
        var within = (int)(port.Next & ((1L << geometry.UnitBits) - 1));
        if (level == 0)
        {
            within = _geometry[0]!.Signatures(MostTaken(Math.Max(length, _leaf)))[within];
        }

        return (geometry.Region(port.Next) << 32) | ((long)within << 1) | (port.IsWrite ? 1L : 0);
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
        _covered += step.Length / _leaf;
    }

    private Step Simulate(int length)
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
        _engine.RunUntil(start + length);
        Now = start + length;
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
            Length = length,
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
            _used.Add(null!);
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
            var step = _used[number];
            if (step.Parts is var (first, second))
            {
                Use(first);
                Use(second);
                _uses[first.Number] += times - 1;
                _uses[second.Number] += times - 1;
                continue;
            }

            for (var i = 0; i < Inputs.Length; i++)
            {
                _engine.PseudoChannels[i].Counters.Add(step.Counts![i], times);
            }
        }
    }

    private void SaveBuses(List<int> state)
    {
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
        for (var i = 0; i < _engine.Buses.Length; i++)
        {
            var bus = _engine.Buses[i];
            bus.Taken = (uint)state[2 * i] | ((ulong)(uint)state[2 * i + 1] << 32);
            bus.Base = Now;
            bus.Clear = Now + 64 - BitOperations.LeadingZeroCount(bus.Taken);
        }
    }
}
