using System.Numerics;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>Steps: looked up, learnt, joined, and carried out.</summary>
internal sealed partial class MemoChannel
{
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
        var highest = _logs || place % Grain != 0 ? 0 : Math.Min(Levels - 1, BitOperations.TrailingZeroCount(place / Grain));
        var exact = highest > 0 ? Key(1, 0, dueNow) : default;
        for (var level = highest; level >= 0; level--)
        {
            var key = level > 0 ? exact with { Level = level } : Key(0, 0, dueNow);
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
            _signatures ??= _geometry[0]!.Signatures(_window);
            within = _signatures[within] * (long)Grain + (index == _leader ? port.Next % Grain : 0);
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
        var counts = new StepCounts[Inputs.Length];
        for (var i = 0; i < Inputs.Length; i++)
        {
            var pseudoChannel = _engine.PseudoChannels[i];
            pseudoChannel.CountActiveUntil(Now);
            pseudoChannel.Due.CopyTo(_due, i * Device.Ranks);
            pseudoChannel.Counters = live[i];
            taken[i] = _ports[i] is { } port ? (int)(port.Next - _places[i]) : 0;
            var last = Inputs[i].Transfers.WatchedLast();
            done[i] = last < 0 ? -1 : last - start;
            _lastDone[i] = last < 0 ? _lastDone[i] : last;
            counts[i] = new StepCounts([.. _stepCounters[i].Sums], [.. _stepCounters[i].Peaks], _stepCounters[i].Latencies.TakeNonEmpty(_stepCounters[i][Peak.ReadLatency]));
        }

        _state = NumberOfState();
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
}
