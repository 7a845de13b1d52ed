namespace Accel.Dram.Controller.Reach;

/// <summary>Ages of requests, which decide latencies and nothing else; and what steps have counted.</summary>
internal sealed partial class ReachChannel
{
    // Steps taken since they were last counted, and how often, by their numbers.
    private readonly List<AgedStep> _used = [];
    private long[] _uses = new long[256];

    /// <summary>The step for requests as old as those that are queued, counted once more.</summary>
    private AgedStep Aged(ReachStep step)
    {
        foreach (var known in step.Aged)
        {
            if (known.Before[0] == _lanes[0].Ages && (_lanes.Length == 1 || known.Before[1] == _lanes[1].Ages))
            {
                Use(known);
                return known;
            }
        }

        var aged = new AgedStep
        {
            Number = _table.NumberFor(step),
            Step = step,
            Before = [.. _lanes.Select(l => l.Ages!)],
            After = [.. _lanes.Select((l, i) => AgesAfter(step, step.Parts[i], l.Ages!))],
            Counts = [.. _lanes.Select((l, i) => LatenciesOf(step.Parts[i], l))],
        };
        if (aged.Number < 0)
        {
            AddCounts(aged, 1);
            return aged;
        }

        step.Aged.Add(aged);
        Use(aged);
        return aged;
    }

    private void Use(AgedStep aged)
    {
        if (aged.Number >= _uses.Length)
        {
            Array.Resize(ref _uses, Math.Max(2 * _uses.Length, aged.Number + 1));
        }

        if (_uses[aged.Number]++ == 0)
        {
            _used.Add(aged);
        }
    }

    private AgeState AgesAfter(ReachStep step, ReachPart part, AgeState before)
    {
        Span<int> ages = stackalloc int[part.Ages.Length];
        for (var i = 0; i < ages.Length; i++)
        {
            ages[i] = part.Ages[i] >= 0 ? part.Ages[i] : before.Ages[-1 - part.Ages[i]] + step.Length;
        }

        return _table.Ages(ages);
    }

    /// <summary>Latencies of a part's requests that were queued before.</summary>
    private PartCounts LatenciesOf(ReachPart part, Lane lane)
    {
        var (queue, ages) = (lane.Queue!, lane.Ages!);
        var (waited, readDone) = (0, Device.DoneAfter(false));
        _latencies.Clear();
        for (var i = 0; i < queue.Words.Length; i++)
        {
            var served = part.Served[queue.Reach - (queue.Words[i] >> 2)];
            if (served != ReachPart.StillQueued)
            {
                waited += ages.Ages[i] + served - 1;
                _latencies.Add(ages.Ages[i] + served - 1 + readDone);
            }
        }

        return new PartCounts([(Counter.ReadQueueTicks, waited), (Counter.ReadLatency, waited + (_latencies.Count * readDone))], 0, Gather(_latencies));
    }

    /// <summary>How often each number comes.</summary>
    private static (int Ticks, int Count)[] Gather(List<int> numbers)
    {
        numbers.Sort();
        var (kinds, last) = (0, -1);
        foreach (var number in numbers)
        {
            kinds += number != last ? 1 : 0;
            last = number;
        }

        var gathered = new (int Ticks, int Count)[kinds];
        var at = -1;
        foreach (var number in numbers)
        {
            if (at < 0 || gathered[at].Ticks != number)
            {
                gathered[++at].Ticks = number;
            }

            gathered[at].Count++;
        }

        return gathered;
    }

    /// <summary>Adds up what the steps taken have counted.</summary>
    private void Count()
    {
        foreach (var aged in _used)
        {
            AddCounts(aged, _uses[aged.Number]);
            _uses[aged.Number] = 0;
        }

        _used.Clear();
    }

    private void AddCounts(AgedStep aged, long times)
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            aged.Step.Parts[i].Counts.AddTo(_engine.PseudoChannels[i].Counters, times);
            aged.Counts[i].AddTo(_engine.PseudoChannels[i].Counters, times);
        }
    }
}
