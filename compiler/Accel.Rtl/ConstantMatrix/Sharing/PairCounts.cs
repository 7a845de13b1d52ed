namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>
/// How often each pair of terms stands together in a sum, and the pairs that occur twice or more, sorted into buckets by count. Buckets
/// are lazy: an entry may be stale and is then moved to the bucket of its present count when it is drawn.
/// </summary>
/// <remarks>Open addressing with linear probing; pairs with count 0 stay until the next growth.</remarks>
internal sealed class PairCounts
{
    private const int LeastCapacity = 1 << 12;

    private ulong[] _keys = new ulong[LeastCapacity];
    private int[] _counts = new int[LeastCapacity];
    private int _used;
    private int _shift = 64 - 12;

    private ulong[][] _buckets = [];
    private int[] _bucketLength = [];
    private int _top;

    /// <summary>Whether pairs that reach a count of two become candidates.</summary>
    public bool Watching { get; set; }

    public int this[PairKey key]
    {
        get
        {
            var slot = Find(key.Packed);
            return _keys[slot] == 0 ? 0 : _counts[slot];
        }
    }

    public void Increment(PairKey key)
    {
        var slot = Find(key.Packed);
        if (_keys[slot] == 0)
        {
            if (_used * 2 >= _keys.Length)
            {
                Rebuild();
                slot = Find(key.Packed);
            }

            _keys[slot] = key.Packed;
            _used++;
        }

        var count = ++_counts[slot];
        if (count >= 2 && Watching)
        {
            Push(key.Packed, count);
        }
    }

    public void Decrement(PairKey key) => _counts[Find(key.Packed)]--;

    /// <summary>Makes every pair that occurs twice or more a candidate.</summary>
    public void WatchAll()
    {
        Watching = true;
        for (var slot = 0; slot < _keys.Length; slot++)
        {
            if (_counts[slot] >= 2)
            {
                Push(_keys[slot], _counts[slot]);
            }
        }
    }

    /// <summary>Draws a candidate of the greatest count, any of them with equal probability.</summary>
    /// <param name="count">What the bucket promised; the present count is no less.</param>
    public bool TryDraw(ref Draw draw, out PairKey key, out int count)
    {
        while (_top >= 2)
        {
            var length = _bucketLength[_top];
            if (length == 0)
            {
                _top--;
                continue;
            }

            var bucket = _buckets[_top];
            var pick = draw.Below(length);
            key = new(bucket[pick]);
            bucket[pick] = bucket[length - 1];
            _bucketLength[_top] = length - 1;
            var present = this[key];
            if (present >= _top)
            {
                count = _top;
                return true;
            }

            if (present >= 2)
            {
                Push(key.Packed, present);
            }
        }

        (key, count) = (default, 0);
        return false;
    }

    /// <summary>Puts a drawn pair back with a lower promise.</summary>
    public void Demote(PairKey key, int count)
    {
        if (count >= 2)
        {
            Push(key.Packed, count);
        }
    }

    /// <summary>Forgets all candidates; counts stay.</summary>
    public void ClearCandidates()
    {
        for (; _top >= 2; _top--)
        {
            _bucketLength[_top] = 0;
        }
    }

    /// <summary>Drops pairs with count 0 and takes the least table that fits.</summary>
    public void Compact() => Rebuild();

    private void Push(ulong key, int count)
    {
        if (count >= _buckets.Length)
        {
            var size = Math.Max(64, count * 2);
            Array.Resize(ref _buckets, size);
            Array.Resize(ref _bucketLength, size);
        }

        var bucket = _buckets[count] ??= new ulong[16];
        var length = _bucketLength[count];
        if (length == bucket.Length)
        {
            Array.Resize(ref _buckets[count], length * 2);
            bucket = _buckets[count];
        }

        bucket[length] = key;
        _bucketLength[count] = length + 1;
        _top = Math.Max(_top, count);
    }

    private int Find(ulong key)
    {
        var keys = _keys;
        var mask = keys.Length - 1;
        var slot = (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);
        while (keys[slot] != key && keys[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Rebuild()
    {
        var live = 0;
        foreach (var count in _counts)
        {
            live += count > 0 ? 1 : 0;
        }

        var capacity = LeastCapacity;
        while (capacity < live * 4)
        {
            capacity *= 2;
        }

        var (keys, counts) = (_keys, _counts);
        _keys = new ulong[capacity];
        _counts = new int[capacity];
        _shift = 64 - System.Numerics.BitOperations.Log2((uint)capacity);
        _used = live;
        for (var i = 0; i < keys.Length; i++)
        {
            if (counts[i] > 0)
            {
                var slot = Find(keys[i]);
                _keys[slot] = keys[i];
                _counts[slot] = counts[i];
            }
        }
    }
}
