using Accel.Dram.Mapping;

namespace Accel.Dram.Streams;

/// <summary>Walks a descriptor's loop nest and cuts each contiguous range down to one pseudo-channel's local numbers.</summary>
internal sealed class DescriptorCursor(DmaDescriptor descriptor, long earliest, LocalAddressing addressing, int accessBytes)
    : RunCursor(descriptor.IsWrite)
{
    private readonly long[] _index = descriptor.Loops.Count == 0 ? [] : new long[descriptor.Loops.Count];
    private bool _done;

    // The next run, where it has been looked for already.
    private RequestRun? _ahead;

    public override bool Empty => (_ahead ??= Step()) is null;

    public override int Next(Span<RequestRun> runs)
    {
        var count = 0;
        while (count < runs.Length && (_ahead ?? Step()) is { } run)
        {
            _ahead = null;
            runs[count++] = run;
        }

        return count;
    }

    public override RunCursor Fork()
    {
        var fork = new DescriptorCursor(descriptor, earliest, addressing, accessBytes)
        {
            Transfer = Transfer, FirstOrdinal = FirstOrdinal, _done = _done, _ahead = _ahead,
        };
        _index.CopyTo(fork._index, 0);
        return fork;
    }

    private RequestRun? Step()
    {
        while (!_done)
        {
            var start = descriptor.BaseAddress;
            for (var i = 0; i < _index.Length; i++)
            {
                start += _index[i] * descriptor.Loops[i].StrideBytes;
            }

            Advance();
            var first = (long)addressing.CountBelow((ulong)(start / accessBytes));
            var end = (long)addressing.CountBelow((ulong)((start + descriptor.RunBytes + accessBytes - 1) / accessBytes));
            if (end > first)
            {
                return new RequestRun(first, end - first, earliest, descriptor.IsWrite);
            }
        }

        return null;
    }

    private void Advance()
    {
        for (var i = _index.Length - 1; i >= 0; i--)
        {
            if (++_index[i] < descriptor.Loops[i].Count)
            {
                return;
            }

            _index[i] = 0;
        }

        _done = true;
    }
}
