using Accel.Dram.Streams;

namespace Accel.Dram;

/// <summary>Which requests of a transfer fall to which channels, and which channels receive the same.</summary>
public sealed partial class DramSystem
{
    /// <summary>The runs of a descriptor that fall to one part, in order.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="earliest">First cycle in which they may enter a queue.</param>
    /// <param name="part">The part.</param>
    /// <param name="before">Those of another part: parts often receive the same, and then share it.</param>
    private RequestRun[] RunsOf(DmaDescriptor descriptor, long earliest, int part, RequestRun[] before)
    {
        var access = Config.Device.AccessBytes;
        if (descriptor.Loops.Count == 0)
        {
            var only = CountBelow(part, descriptor.BaseAddress / access);
            var count = CountBelow(part, (descriptor.BaseAddress + descriptor.RunBytes + access - 1) / access) - only;
            var run = new RequestRun(only, count, earliest, descriptor.IsWrite);
            return count <= 0 ? [] : before is [var other] && other == run ? before : [run];
        }

        if (_orderOf is not null && Repeats(descriptor) && CountBelow(part, (descriptor.BaseAddress + descriptor.RunBytes + access - 1) / access) == CountBelow(part, descriptor.BaseAddress / access))
        {
            return []; // nothing of the first run, hence of none
        }

        var runs = new List<RequestRun>((int)descriptor.Runs);
        foreach (var start in Starts(descriptor))
        {
            var first = CountBelow(part, start / access);
            var end = CountBelow(part, (start + descriptor.RunBytes + access - 1) / access);
            if (end > first)
            {
                runs.Add(new RequestRun(first, end - first, earliest, descriptor.IsWrite));
            }
        }

        return [.. runs];
    }

    /// <summary>Bytes of one burst on each pseudo-channel.</summary>
    private long StripeBytes => (long)Config.Device.AccessBytes * _addressing.Length;

    /// <summary>Whether each run of a descriptor gives every channel as many requests as the first.</summary>
    private bool Repeats(DmaDescriptor descriptor)
    {
        foreach (var loop in descriptor.Loops)
        {
            if (loop.Count > 1 && loop.StrideBytes % StripeBytes != 0)
            {
                return false;
            }
        }

        return true;
    }

    private long CountBelow(int part, long burst) => _orderOf is null
        ? (long)AddressingOf(part).CountBelow((ulong)burst)
        : (burst - _orderOf[part] + _orderOf.Length - 1) / _orderOf.Length;

    private static IEnumerable<long> Starts(DmaDescriptor descriptor)
    {
        if (descriptor.Loops.Count == 0)
        {
            return [descriptor.BaseAddress];
        }

        IEnumerable<long> starts = [descriptor.BaseAddress];
        foreach (var loop in descriptor.Loops)
        {
            starts = starts.SelectMany(start => Enumerable.Range(0, (int)loop.Count).Select(i => start + (i * loop.StrideBytes)));
        }

        return starts;
    }

    /// <summary>Gives intervals between thresholds the same name whose parts receive the same: before and behind a short run, as a rule, nothing.</summary>
    private void NameIntervals(DmaDescriptor descriptor)
    {
        _intervals.Clear();
        _runsOfIntervals.Clear();
        for (var i = 0; i <= _thresholds.Count; i++)
        {
            var part = Array.IndexOf(_orderOf!, i == 0 ? 0 : (int)_thresholds[i - 1]);
            var runs = RunsOf(descriptor, 0, part, []);
            var same = _runsOfIntervals.FindIndex(known => known.AsSpan().SequenceEqual(runs));
            _runsOfIntervals.Add(runs);
            _intervals.Add(same < 0 ? i : same);
        }
    }

    /// <summary>Gives channels the same name whose parts lie in intervals of the same names.</summary>
    private void NameChannels()
    {
        var perChannel = Config.Device.PseudoChannels;
        for (var channel = 0; channel < _names.Length; channel++)
        {
            var name = 0L;
            for (var part = channel * perChannel; part < (channel + 1) * perChannel; part++)
            {
                name = (name * (_thresholds.Count + 1)) + _intervals[Interval(_orderOf![part])];
            }

            _names[channel] = name;
        }
    }

    private bool HaveOneName(List<int> members)
    {
        var name = _names[members[0]];
        foreach (var member in members)
        {
            if (_names[member] != name)
            {
                return false;
            }
        }

        return true;
    }

    private void Note(long threshold)
    {
        if (threshold != 0 && !_thresholds.Contains(threshold))
        {
            _thresholds.Add(threshold);
        }
    }

    /// <summary>Thresholds that are not above a place.</summary>
    private int Interval(int order)
    {
        var (low, high) = (0, _thresholds.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _thresholds[middle] <= order ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
