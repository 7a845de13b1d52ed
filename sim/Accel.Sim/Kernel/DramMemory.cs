using Accel.Isa;

namespace Accel.Sim.Kernel;

/// <summary>
/// DRAM as a program's memory map shows it. Constants are read from the program's image in place; all else is kept in pages that exist
/// once they are written, and reads as zero before.
/// </summary>
internal sealed class DramMemory(IReadOnlyList<Segment> segments)
{
    private const int PageBytes = 1 << 16;

    private readonly Segment[] _segments = [.. segments];
    private readonly Dictionary<long, byte[]> _pages = [];

    /// <summary>The segment that holds a whole range.</summary>
    /// <exception cref="MachineFaultException">None does.</exception>
    public Segment SegmentOf(long start, long length)
    {
        var (low, high) = (0, _segments.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _segments[middle].Start <= start ? (middle, high) : (low, middle - 1);
        }

        return _segments.Length > 0 && start >= _segments[low].Start && length <= _segments[low].End - start && length >= 0
            ? _segments[low]
            : throw new MachineFaultException(FaultKind.OutOfRange, $"DRAM bytes {start} to {start + length} do not lie within one segment");
    }

    public void Read(long start, Span<byte> into)
    {
        if (into.IsEmpty)
        {
            return;
        }

        var segment = SegmentOf(start, into.Length);
        if (segment.Kind == SegmentKind.Weights)
        {
            // Behind the image are zeros.
            var image = segment.Image.Span[(int)Math.Min(start - segment.Start, segment.Image.Length)..];
            image = image[..Math.Min(image.Length, into.Length)];
            image.CopyTo(into);
            into[image.Length..].Clear();
            return;
        }

        while (!into.IsEmpty)
        {
            var (page, offset) = Math.DivRem(start, PageBytes);
            var length = (int)Math.Min(PageBytes - offset, into.Length);
            if (_pages.TryGetValue(page, out var bytes))
            {
                bytes.AsSpan((int)offset, length).CopyTo(into);
            }
            else
            {
                into[..length].Clear();
            }

            start += length;
            into = into[length..];
        }
    }

    public void Write(long start, ReadOnlySpan<byte> from)
    {
        if (from.IsEmpty)
        {
            return;
        }

        if (SegmentOf(start, from.Length) is { Kind: SegmentKind.Weights } constants)
        {
            throw new MachineFaultException(FaultKind.OutOfRange, $"a write to '{constants.Name}', which holds constants");
        }

        while (!from.IsEmpty)
        {
            var (page, offset) = Math.DivRem(start, PageBytes);
            var length = (int)Math.Min(PageBytes - offset, from.Length);
            if (!_pages.TryGetValue(page, out var bytes))
            {
                bytes = new byte[PageBytes];
                _pages.Add(page, bytes);
            }

            from[..length].CopyTo(bytes.AsSpan((int)offset));
            start += length;
            from = from[length..];
        }
    }

    /// <summary>Zeroes a range, which costs nothing where nothing was written.</summary>
    public void Clear(long start, long length)
    {
        foreach (var (page, bytes) in _pages)
        {
            var from = Math.Max(start, page * PageBytes);
            var to = Math.Min(start + length, (page + 1) * PageBytes);
            if (from < to)
            {
                bytes.AsSpan((int)(from - (page * PageBytes)), (int)(to - from)).Clear();
            }
        }
    }
}
