using Accel.Dram.Mapping;

namespace Accel.Dram.Streams;

/// <summary>Walks a descriptor's loop nest and cuts each contiguous range down to one pseudo-channel's local numbers.</summary>
internal sealed class DescriptorCursor(DmaDescriptor descriptor, long earliest, LocalAddressing addressing, int accessBytes, int transfer)
    : RunCursor(transfer, descriptor.IsWrite)
{
    private readonly long[] _index = new long[descriptor.Loops.Count];
    private bool _done;

    public override int Next(Span<RequestRun> runs)
    {
        var count = 0;
        while (!_done && count < runs.Length)
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
                runs[count++] = new RequestRun(first, end - first, earliest, descriptor.IsWrite);
            }
        }

        return count;
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
