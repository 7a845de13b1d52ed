namespace Accel.Sim.Kernel;

/// <summary>A value per address, kept as runs of equal values; everything is 0 at first.</summary>
internal sealed class RangeMap
{
    // Run i covers _starts[i] up to _starts[i + 1]; the last reaches to the end of all addresses.
    private long[] _starts = new long[64];
    private long[] _values = new long[64];
    private int _count = 1;

    /// <summary>Sets a range.</summary>
    public void Assign(long start, long end, long value)
    {
        if (start >= end)
        {
            return;
        }

        // The common case: the range is exactly one run, or the same value stands there already.
        var first = IndexOf(start);
        var firstEnd = EndOf(first);
        if (_values[first] == value && firstEnd >= end)
        {
            return;
        }

        if (_starts[first] < start)
        {
            Insert(first + 1, start, _values[first]);
            first++;
        }

        var last = IndexOf(end - 1);
        if (EndOf(last) > end)
        {
            Insert(last + 1, end, _values[last]);
        }

        Remove(first + 1, last - first);
        _values[first] = value;
        if (first + 1 < _count && _values[first + 1] == value)
        {
            Remove(first + 1, 1);
        }

        if (first > 0 && _values[first - 1] == value)
        {
            Remove(first, 1);
        }
    }

    /// <summary>Walks the runs that overlap a range; start with <see cref="IndexOf"/>, end when the run's start is not below the range's end.</summary>
    public (long Start, long End, long Value) Run(int index) => (_starts[index], EndOf(index), _values[index]);

    public int Count => _count;

    /// <summary>The run that holds an address.</summary>
    public int IndexOf(long address)
    {
        var (low, high) = (0, _count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_starts[middle] <= address)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>Makes every value other than 0 the same.</summary>
    public void Level(long value)
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            var leveled = _values[i] == 0 ? 0 : value;
            if (kept > 0 && _values[kept - 1] == leveled)
            {
                continue;
            }

            _starts[kept] = _starts[i];
            _values[kept] = leveled;
            kept++;
        }

        _count = kept;
    }

    public void Clear() => (_count, _values[0]) = (1, 0);

    private long EndOf(int index) => index + 1 < _count ? _starts[index + 1] : long.MaxValue;

    private void Insert(int index, long start, long value)
    {
        if (_count == _starts.Length)
        {
            Array.Resize(ref _starts, 2 * _count);
            Array.Resize(ref _values, 2 * _count);
        }

        Array.Copy(_starts, index, _starts, index + 1, _count - index);
        Array.Copy(_values, index, _values, index + 1, _count - index);
        (_starts[index], _values[index]) = (start, value);
        _count++;
    }

    private void Remove(int index, int length)
    {
        if (length > 0)
        {
            Array.Copy(_starts, index + length, _starts, index, _count - index - length);
            Array.Copy(_values, index + length, _values, index, _count - index - length);
            _count -= length;
        }
    }
}
